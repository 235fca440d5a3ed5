"""Reading a file in a process of its own, which has no files, no network and bounded memory: reports are hostile."""
