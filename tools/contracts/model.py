"""The contracts as generators and contract tests see them: each RPC with policy, bindings and comment."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import Descriptor, FileDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from tools.contracts.comments import comments_of

CallerKind = Literal["public", "authenticated", "permission", "internal"]
Verb = Literal["get", "put", "post", "delete", "patch"]
Options = Mapping[str, Any]

_ERRORS = re.compile(r"^Errors: (.+)$", re.MULTILINE)
_REASON = re.compile(r"\b([A-Z]{3,}(?:_[A-Z]+)*)\b([^,;.]*)")


@dataclass(frozen=True)
class Policy:
    """Who may call a method, how often, and whether the call is audited (`xorb.options.v1.Policy`)."""

    caller: CallerKind | None
    permission: str
    spiffe_ids: tuple[str, ...]
    rate_class: str
    audited: bool

    @classmethod
    def of(cls, options: Options) -> "Policy":
        """Returns the policy in the form of protobuf's JSON; `rate_class` loses its prefix."""
        kinds = [kind for kind in get_args(CallerKind) if options.get(kind, False) is not False]
        return cls(
            caller=kinds[0] if kinds else None,
            permission=options.get("permission", ""),
            spiffe_ids=tuple(options.get("internal", {}).get("spiffe_ids", ())),
            rate_class=options.get("rate_class", "RATE_CLASS_UNSPECIFIED").removeprefix("RATE_CLASS_"),
            audited=options.get("audited", False),
        )


@dataclass(frozen=True)
class Binding:
    """One way to call a method over HTTP (`google.api.HttpRule`)."""

    verb: Verb
    path: str
    body: str

    @classmethod
    def of(cls, rule: Options) -> Iterator["Binding"]:
        """Yields a rule's own binding and its additional ones; `custom` verbs aren't supported."""
        for verb in get_args(Verb):
            if verb in rule:
                yield cls(verb, rule[verb], rule.get("body", ""))
        for additional in rule.get("additional_bindings", ()):
            yield from cls.of(additional)


@dataclass(frozen=True)
class Method:
    """One RPC."""

    descriptor: MethodDescriptor
    policy: Policy | None
    bindings: tuple[Binding, ...]
    comment: str
    external: bool

    @property
    def name(self) -> str:
        """The method's own name, such as `GetTarget`."""
        return str(self.descriptor.name)

    @property
    def service(self) -> str:
        """The service's full name, such as `xorb.core.v1.TargetsService`."""
        return str(self.descriptor.containing_service.full_name)

    @property
    def grpc_path(self) -> str:
        """The path of a gRPC request, such as `/xorb.core.v1.TargetsService/GetTarget`."""
        return f"/{self.service}/{self.name}"

    @property
    def plane(self) -> str:
        """The plane that serves the method; what others wrote is served by `core`."""
        return "core" if self.external else self.service.split(".")[1]

    @property
    def streams(self) -> bool:
        """Whether messages flow one by one in either direction."""
        return bool(self.descriptor.client_streaming or self.descriptor.server_streaming)

    @property
    def internal(self) -> bool:
        """Whether only services of the mesh may call."""
        return self.policy is not None and self.policy.caller == "internal"

    @property
    def reasons(self) -> Mapping[str, str]:
        """The error reasons, without prefix, of the comment's `Errors:` paragraph, each with its remark."""
        paragraph = _ERRORS.search(self.comment)
        return dict(_REASON.findall(paragraph[1])) if paragraph else {}

    @property
    def description(self) -> str:
        """The comment without its `Errors:` paragraph."""
        return _ERRORS.sub("", self.comment).strip()


class Contracts:
    """A descriptor set opened for reading; own files are those under `xorb/`."""

    def __init__(self, image: descriptor_pb2.FileDescriptorSet) -> None:
        self._pool = descriptor_pool.DescriptorPool()
        for file in image.file:
            self._pool.AddSerializedFile(file.SerializeToString())
        names = [file.name for file in image.file if file.name.startswith("xorb/")]
        self.files: tuple[FileDescriptor, ...] = tuple(map(self._pool.FindFileByName, names))
        self.comments = comments_of(image.file)

    def message(self, full_name: str) -> Descriptor:
        """Returns a message's descriptor; raises KeyError for one that the contracts don't reach."""
        return self._pool.FindMessageTypeByName(full_name)

    def options(self, descriptor: Any) -> Options:  # noqa: ANN401 - protobuf's descriptors have no common base
        """Returns options as protobuf's JSON; an extension's key is its full name in brackets."""
        options: Message = descriptor.GetOptions()
        # Read again in our own pool: only there are the extensions known for certain.
        known = message_factory.GetMessageClass(self._pool.FindMessageTypeByName(options.DESCRIPTOR.full_name))
        message = known.FromString(options.SerializeToString())
        result: Options = json_format.MessageToDict(message, preserving_proto_field_name=True)
        return result

    @cached_property
    def methods(self) -> tuple[Method, ...]:
        """Every RPC that is served: our own in the order of the files, then what others wrote."""
        own = [self._method(method, service, external=False) for service in self.services for method in service.methods]
        names = dict.fromkeys(name.rpartition(".")[0] for name in self._external)
        foreign = [self._pool.FindServiceByName(name) for name in names]
        return (
            *own,
            *(self._method(method, one, external=True) for one in foreign for method in one.methods),
        )

    @property
    def services(self) -> tuple[ServiceDescriptor, ...]:
        """The platform's own services in the order of the files."""
        return tuple(service for file in self.files for service in file.services_by_name.values())

    @cached_property
    def _external(self) -> Mapping[str, Options]:
        policies = (self.options(file).get("[xorb.options.v1.external_policy]", ()) for file in self.files)
        return {entry["method"]: entry for entries in policies for entry in entries}

    def _method(self, method: MethodDescriptor, service: ServiceDescriptor, *, external: bool) -> Method:
        options = self.options(method)
        name = f"{service.full_name}.{method.name}"
        entry = self._external.get(name, {})
        policy = entry.get("policy") if external else options.get("[xorb.options.v1.policy]")
        return Method(
            descriptor=method,
            policy=Policy.of(policy) if policy is not None else None,
            bindings=tuple(Binding.of(options.get("[google.api.http]", {}))),
            comment=entry.get("comment", "") if external else self.comments.get(name, ""),
            external=external,
        )
