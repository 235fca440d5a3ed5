"""Encryption of sensitive fields: a data key of the organization's own, wrapped by a key that never leaves Vault."""
