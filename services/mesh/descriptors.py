"""Options of descriptors, in the one place that the protobuf stubs can't type."""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor


def extension(options: Any, field: FieldDescriptor) -> Any:  # noqa: ANN401 - options of every kind, values of every type
    """Returns an extension's value in a descriptor's options; its default where it isn't set."""
    return options.Extensions[field]
