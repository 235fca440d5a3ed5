"""Which paths are WebSockets: derived from the methods' `google.api.http` options, nothing else."""

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from google.api import annotations_pb2, http_pb2
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from xorb.common.v1 import watch_pb2
from xorb.options.v1 import policy_pb2

_CONTRACTS = "xorb"
_TOKEN = re.compile(r"\{(?P<field>[a-z0-9_.]+)(?:=(?P<pattern>[^}]+))?\}|(?P<text>[^{]+)")
_WILDCARD = re.compile(r"(\*\*|\*)")
# A colon begins the custom verb, so that a matched segment can't have one.
_EXPRESSIONS = {"*": "[^/:]+", "**": "[^:]+"}


@dataclass(frozen=True)
class Route:
    """One path template of one streaming method."""

    method: MethodDescriptor
    template: str

    @property
    def grpc_path(self) -> str:
        """The path of the call, such as `/xorb.core.v1.FindingsService/WatchFindings`."""
        return f"/{self.method.containing_service.full_name}/{self.method.name}"

    @property
    def plane(self) -> str:
        """The role that serves the method: the second part of the package, such as `core`."""
        return str(self.method.containing_service.full_name).split(".")[1]

    @property
    def bidirectional(self) -> bool:
        """Whether the client sends a stream too."""
        return bool(self.method.client_streaming)

    @cached_property
    def public(self) -> bool:
        """Whether the method's policy allows callers without a token."""
        return _policy(self.method).public

    @cached_property
    def request_class(self) -> type[Message]:
        """The class of the request messages."""
        return message_factory.GetMessageClass(self.method.input_type)

    @cached_property
    def response_class(self) -> type[Message]:
        """The class of the response messages."""
        return message_factory.GetMessageClass(self.method.output_type)

    @cached_property
    def watch(self) -> bool:
        """Whether the method has the shape of a watch: resume tokens and checkpoints (xorb/common/v1/watch.proto)."""
        checkpoint = self.method.output_type.fields_by_name.get("checkpoint")
        return (
            not self.bidirectional
            and "resume_token" in self.method.input_type.fields_by_name
            and "resume_token" in self.method.output_type.fields_by_name
            and checkpoint is not None
            and checkpoint.message_type is not None
            and checkpoint.message_type.full_name == watch_pb2.Checkpoint.DESCRIPTOR.full_name
        )

    @cached_property
    def _expression(self) -> tuple[re.Pattern[str], tuple[str, ...]]:
        return _compile(self.template)

    def match(self, path: str) -> Mapping[str, str] | None:
        """Returns the request fields that the path fills, by their dotted proto names, or None for another path."""
        expression, names = self._expression
        found = expression.fullmatch(path)
        if found is None:
            return None
        return {name: unquote(value) for name, value in zip(names, found.groups(), strict=True)}


@dataclass(frozen=True)
class Routes:
    """All paths that are WebSockets."""

    routes: tuple[Route, ...]

    @classmethod
    def of(cls, services: Iterable[ServiceDescriptor]) -> "Routes":
        """Returns the routes of all streaming methods of these services."""
        methods = [method for service in services for method in service.methods]
        return cls(tuple(route for method in methods for route in _routes(method)))

    @classmethod
    def of_contracts(cls) -> "Routes":
        """Returns the routes of every generated contract of this installation."""
        return cls.of(_services(_CONTRACTS))

    def find(self, path: str) -> tuple[Route, Mapping[str, str]] | None:
        """Returns the route of a path (without query) and what the path fills, or None."""
        for route in self.routes:
            fields = route.match(path)
            if fields is not None:
                return route, fields
        return None


def _services(package: str) -> Iterator[ServiceDescriptor]:
    root = importlib.import_module(package)
    for module in pkgutil.walk_packages(root.__path__, f"{package}."):
        if module.name.endswith("_pb2"):
            yield from importlib.import_module(module.name).DESCRIPTOR.services_by_name.values()


def _routes(method: MethodDescriptor) -> Iterator[Route]:
    if not method.server_streaming or _policy(method).HasField("internal"):
        return
    options: Any = method.GetOptions()
    for rule in _rules(options.Extensions[annotations_pb2.http]):
        kind = rule.WhichOneof("pattern")
        if kind is not None and kind != "custom":
            yield Route(method, str(getattr(rule, kind)))


def _policy(method: MethodDescriptor) -> policy_pb2.Policy:
    options: Any = method.GetOptions()
    policy: policy_pb2.Policy = options.Extensions[policy_pb2.policy]
    return policy


def _rules(rule: http_pb2.HttpRule) -> Iterator[http_pb2.HttpRule]:
    yield rule
    yield from rule.additional_bindings


def _compile(template: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    expression, names = "", []
    for part in _TOKEN.finditer(template):
        if part["field"]:
            names.append(part["field"])
            expression += f"({_wildcards(part['pattern'] or '*')})"
        else:
            expression += _wildcards(part["text"])
    return re.compile(expression), tuple(names)


def _wildcards(text: str) -> str:
    return "".join(_EXPRESSIONS.get(piece) or re.escape(piece) for piece in _WILDCARD.split(text))
