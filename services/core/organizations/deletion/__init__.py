"""The end of an organization: after a time of grace its key is destroyed, and then whatever it has is removed."""
