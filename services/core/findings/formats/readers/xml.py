"""XML of any size: the elements at some paths, one at a time, without entities, schemas or other documents.

Stands on expat itself, with what defusedxml forbids forbidden here as well: a tree is built of the asked elements only,
which defusedxml's own readers, whole trees all of them, can't do.
"""

from collections import deque
from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from services.core.findings.formats.kernel.errors import Malformed
from services.core.findings.formats.kernel.limits import Limits
from services.core.findings.formats.kernel.model import Refused
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.tag import Tag
from services.core.findings.formats.readers.paths import Step, xml_steps

_CHUNK = 65_536
_NODE = 64  # what an element or attribute weighs beside its text


def xml_elements(source: Source, *paths: str) -> Iterator[Record | Refused]:
    """Returns the elements at paths, in the order of the document, with the attributes of those around them.

    Args:
        source: The file.
        paths: Names from the root on, without namespace, such as `issues/issue`; `*` is any. None begins with another.

    Raises:
        Malformed: It isn't well-formed from some place on, too deep, or declares entities.
    """
    walk = _Walk(xml_steps(paths), source.limits)
    with source.open() as stream:
        try:
            fed = 0
            while piece := stream.read(_CHUNK):
                # Space before the declaration is a common slip.
                walk.feed(piece if fed else piece.lstrip(), fed + len(piece))
                fed += len(piece)
                while walk.done:
                    yield walk.done.popleft()
            walk.parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise Malformed(walk.position(), f"it isn't well-formed: {error}") from error
    yield from walk.done


class _Walk:
    """The way through a document: the elements that are open, and the one that is being built, if any."""

    def __init__(self, root: Step, limits: Limits) -> None:
        self.done: deque[Record | Refused] = deque()
        self._limits = limits
        self._steps: list[Step | None] = [root]
        self._around: list[dict[str, str]] = []
        self._depth = 0
        self._ticks = 0
        self._idle = 0
        self._building: _Tree | None = None
        self.parser = self._made()

    def position(self) -> str:
        """Returns the line that is being read."""
        return f"line {self.parser.CurrentLineNumber}"

    def feed(self, piece: bytes, fed: int) -> None:
        """Parses a piece; refuses tags, comments and the like of which no end is to be seen."""
        before = self._ticks
        self.parser.Parse(piece, False)
        self._idle = self._idle + len(piece) if before == self._ticks else 0
        if self._idle > self._limits.token:
            raise Malformed(f"byte {fed - self._idle}", f"a tag is longer than {self._limits.token} bytes")

    def _made(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        # What a document type adds to each tag would make much of little.
        parser.specified_attributes = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.EntityDeclHandler = self._entity
        parser.ExternalEntityRefHandler = self._outside
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = parser.ElementDeclHandler = self._tick
        parser.ProcessingInstructionHandler = parser.AttlistDeclHandler = self._tick
        return parser

    def _entity(self, name: str, *_: object) -> None:
        raise Malformed(self.position(), f"it declares the entity {name[:100]!r}, which no report needs")

    def _outside(self, *_: object) -> int:
        raise Malformed(self.position(), "it refers to another document")

    def _tick(self, *_: object) -> None:
        self._ticks += 1

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._ticks += 1
        self._depth += 1
        if self._depth > self._limits.depth:
            raise Malformed(self.position(), f"elements are nested more than {self._limits.depth} deep")
        local = name.rpartition(" ")[2]
        if self._building is not None:
            self._building.start(local, attributes)
            return
        step = self._steps[-1]
        step = step.into(local) if step is not None else None
        if step is not None and step.path is not None:
            self._building = _Tree(self.parser.CurrentLineNumber, self._depth, step.path, self._limits.record)
            self._building.start(local, attributes)
            return
        self._steps.append(step)
        self._around.append(attributes if step is not None else {})

    def _text(self, text: str) -> None:
        self._ticks += 1
        if self._building is not None:
            self._building.text(text)

    def _end(self, name: str) -> None:
        self._ticks += 1
        self._depth -= 1
        if self._building is None:
            self._steps.pop()
            self._around.pop()
            return
        self._building.end(name.rpartition(" ")[2])
        if self._depth < self._building.depth:
            self.done.append(self._building.record(tuple(self._around)))
            self._building = None


class _Tree:
    """An element being built, let go of when it weighs too much."""

    def __init__(self, line: int, depth: int, path: str, most: int) -> None:
        self.depth = depth
        self._line = line
        self._path = path
        self._most = most
        self._left = most
        self._builder: TreeBuilder | None = TreeBuilder()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begins an element in it."""
        self._weigh(sum(_NODE + len(value) for value in attributes.values()) + _NODE)
        if self._builder is not None:
            self._builder.start(name, attributes)

    def text(self, text: str) -> None:
        """Adds text."""
        self._weigh(len(text))
        if self._builder is not None:
            self._builder.data(text)

    def end(self, name: str) -> None:
        """Ends an element in it."""
        if self._builder is not None:
            self._builder.end(name)

    def record(self, around: tuple[dict[str, str], ...]) -> Record | Refused:
        """Returns the element, or that it was too much."""
        position = f"line {self._line}"
        if self._builder is None:
            return Refused(position, f"the element is larger than {self._most} bytes")
        element: Element = self._builder.close()
        weight = self._most - self._left
        return Record(position, tag=Tag(element), path=self._path, weight=weight, ancestors=around)

    def _weigh(self, more: int) -> None:
        self._left -= more
        if self._left < 0:
            self._builder = None
