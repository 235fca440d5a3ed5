"""Of what an organization is told, by which channels, and when."""
