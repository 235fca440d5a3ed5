"""The wiring of each process, one file a role; `services.__main__` chooses."""
