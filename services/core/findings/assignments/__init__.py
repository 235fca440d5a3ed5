"""Assignments: who works on a finding."""
