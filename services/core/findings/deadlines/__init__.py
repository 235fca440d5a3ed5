"""Deadlines: until when findings have to be fixed, what pauses their clocks, and what happens when time is up."""
