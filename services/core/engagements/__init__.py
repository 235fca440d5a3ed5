"""Engagements: agreed tests of an organization's targets, from the first draft to the last fix."""
