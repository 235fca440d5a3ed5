"""Service accounts and API keys: programs that work in an organization."""
