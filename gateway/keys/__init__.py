"""API keys at the edge: exchanged for access tokens before anything else looks at the request."""
