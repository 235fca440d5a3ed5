"""Invitations: how an account becomes a member."""
