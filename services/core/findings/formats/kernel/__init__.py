"""What every format speaks in: what a tool reports and where, what can't be read, how files are known."""
