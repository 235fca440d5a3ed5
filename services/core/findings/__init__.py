"""Findings: weaknesses of targets, each one finding however often it is seen."""
