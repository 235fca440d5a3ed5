"""Sightings: each time that a weakness was seen, and by what."""
