"""Activity: all that happens in an organization, as far as the caller may see it."""
