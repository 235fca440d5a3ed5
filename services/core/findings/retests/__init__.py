"""Re-tests: a finding that is said to be mended is looked at once more, by its check or by a tester."""
