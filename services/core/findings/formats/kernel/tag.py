"""One element of XML, looked into without trust."""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element


def _nothing() -> Element:
    return Element("")


@dataclass(frozen=True, slots=True)
class Tag:
    """An element; names are without namespace, what is missing is empty, and space around text isn't told.

    Attributes:
        element: As the standard library has it, for what takes one.
    """

    element: Element = field(default_factory=_nothing)

    @property
    def name(self) -> str:
        """Its name."""
        return self.element.tag

    def __bool__(self) -> bool:
        return bool(self.element.tag)

    def attribute(self, name: str) -> str:
        """Returns an attribute."""
        return self.element.get(name, "").strip()

    def at(self, path: str) -> "Tag":
        """Returns the first element at a path of names, `a/b`."""
        found = self.element.find(path)
        return Tag() if found is None else Tag(found)

    def text(self, path: str = ".") -> str:
        """Returns all the text in the first element at a path."""
        found = self.element.find(path)
        return "" if found is None else "".join(found.itertext()).strip()

    def own(self, path: str = ".") -> str:
        """Returns the text of the first element at a path up to the first element in it."""
        found = self.element.find(path)
        return "" if found is None else (found.text or "").strip()

    def texts(self, path: str) -> tuple[str, ...]:
        """Returns the text of every element at a path."""
        return tuple("".join(found.itertext()).strip() for found in self.element.iterfind(path))

    def items(self, path: str) -> tuple["Tag", ...]:
        """Returns every element at a path."""
        return tuple(Tag(found) for found in self.element.iterfind(path))
