"""Members' sessions, as an organization's administrators see them."""
