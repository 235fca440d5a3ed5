"""Issues in trackers: one for each finding that a rule tells of, kept in step in both directions."""
