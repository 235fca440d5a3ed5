"""What can go wrong in the stack, in words for the person at the terminal."""


class StackError(Exception):
    """The stack cannot do what was asked; the message says why and what to change."""
