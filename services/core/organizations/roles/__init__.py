"""Roles that organizations make for themselves."""
