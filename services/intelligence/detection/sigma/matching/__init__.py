"""What the compiled form means, one event and one rule at a time."""
