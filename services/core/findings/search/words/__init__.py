"""Words in findings."""
