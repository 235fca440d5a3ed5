"""Single sign-on: an organization's identity providers, and what they say of its people (OpenID Connect Core 1.0)."""
