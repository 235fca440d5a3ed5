"""Challenges: what a sign-in or a registration that has begun still awaits an answer to."""
