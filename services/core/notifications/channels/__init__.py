"""The ways by which an organization is told what happens."""
