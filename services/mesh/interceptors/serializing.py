"""Records that many watches share are serialized once: a reader who has stalled holds no copy of its own."""

from collections import OrderedDict
from collections.abc import Callable

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

Serializer = Callable[[Message], bytes]

_REMEMBERED = 16
_LONGEST_REMEMBERED = 64 * 1024


class SharedSerializer:
    """Serializes a watch's records and remembers the latest, by the message itself and not by what is in it.

    A record that was told isn't changed any more (see `services.mesh.events.watch`), so its bytes stay right.

    Args:
        serialize: Serializes one message.
    """

    def __init__(self, serialize: Serializer) -> None:
        self._serialize = serialize
        self._known: OrderedDict[int, tuple[Message, bytes]] = OrderedDict()

    def __call__(self, message: Message) -> bytes:
        """Returns the message's bytes."""
        known = self._known.get(id(message))
        if known is not None:
            return known[1]
        content = self._serialize(message)
        if len(content) <= _LONGEST_REMEMBERED:
            # The message is kept as well: another one would get its place in memory, and with it its bytes.
            self._known[id(message)] = (message, content)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return content


def is_watch(method: MethodDescriptor) -> bool:
    """Returns whether a method's responses are records of a watch."""
    return {"checkpoint", "resume_token"} <= set(method.output_type.fields_by_name)
