"""``make demo``: the platform from nothing to the findings of a real scan, by the commands that a person would type."""
