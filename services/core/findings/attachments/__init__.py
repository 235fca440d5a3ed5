"""Attachments: files that people add to a finding."""
