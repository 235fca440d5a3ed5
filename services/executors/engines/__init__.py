"""The engines: each module or package here that holds an `EXECUTOR` is one, found by its file."""
