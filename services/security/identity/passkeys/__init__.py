"""Passkeys: keys of a person's devices (WebAuthn)."""
