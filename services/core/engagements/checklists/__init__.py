"""Checklists of engagements: what a methodology asks for, and how far the testers are with it."""
