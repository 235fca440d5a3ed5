"""Which indicators name a value: nearly always one, so that one takes no container."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bytes, str, int)

Identifier = Hashable
"""What names an indicator to whoever adds it. Not `Several`. 16 octets of a UUID take half the memory of a `UUID`."""


class Several(tuple[Identifier, ...]):
    """The indicators of a value that more than one names, in order of their arrival."""

    __slots__ = ()


class Values(Generic[Key]):
    """Values and the indicators that name each; `get` is a dictionary's own."""

    def __init__(self) -> None:
        self._named: dict[Key, Identifier] = {}
        self.get: Callable[[Key], Identifier | None] = self._named.get

    def __len__(self) -> int:
        return len(self._named)

    def __contains__(self, key: Key) -> bool:
        return key in self._named

    def add(self, key: Key, indicator: Identifier) -> bool:
        """Lets the indicator name the value; returns whether it didn't."""
        known: tuple[Identifier, ...] = self.all(key)
        if indicator in known:
            return False
        self._named[key] = Several((*known, indicator)) if known else indicator
        return True

    def all(self, key: Key) -> tuple[Identifier, ...]:
        """Returns the indicators that name the value."""
        return named(self.get(key))

    def remove(self, key: Key, indicator: Identifier) -> bool:
        """Takes back what `add` did; returns whether the indicator named the value."""
        if key not in self._named or indicator not in named(self._named[key]):
            return False
        left = tuple(each for each in named(self._named[key]) if each != indicator)
        if not left:
            del self._named[key]
        else:
            self._named[key] = left[0] if len(left) == 1 else Several(left)
        return True


def named(held: Identifier | None) -> tuple[Identifier, ...]:
    """Returns the indicators that `Values.get` returned."""
    if held is None:
        return ()
    return held if isinstance(held, Several) else (held,)
