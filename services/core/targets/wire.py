"""Targets on the wire."""

from uuid import UUID

from xorb.core.v1 import target_pb2

from services.core.targets import domain
from services.core.targets.domain import Criticality, Kind, Method, Target
from services.mesh import etags, names, texts
from services.mesh.errors import invalid_field

PATTERN = "organizations/{organization}/targets/{target}"


def name(organization: UUID, target: Target) -> str:
    """Returns a target's resource name."""
    return names.join("organizations", organization, "targets", target.id)


def etag(target: Target) -> str:
    """Returns a target's etag."""
    return etags.etag(target.id, target.revision)


def message(organization: UUID, target: Target) -> target_pb2.Target:
    """Returns a target as the contract has it."""
    return target_pb2.Target(
        name=name(organization, target),
        display_name=target.display_name,
        excluded_addresses=target.excluded,
        verification_method=target.method.name,
        verification_token=target.token,
        verification_instructions=domain.instructions(target),
        verification_state=target.state.name,
        verify_time=target.verified_at,
        create_time=target.created_at,
        update_time=target.updated_at,
        etag=etag(target),
        criticality=target.criticality.name,
        **{target.address.kind.value: target.address.text},
    )


def address(target: target_pb2.Target) -> tuple[Kind, str]:
    """Returns what kind of address a target to register has, and its text.

    Raises:
        Failure: INVALID_FIELD; it has none.
    """
    field = target.WhichOneof("address")
    if field is None:
        raise invalid_field("target", "give one of host, cidr_block and url")
    return Kind(field), getattr(target, field)


def method(target: target_pb2.Target) -> Method | None:
    """Returns the way of proof that a target to register asks for; None leaves it to the server."""
    return Method(target.verification_method) if target.verification_method else None


def criticality(target: target_pb2.Target) -> Criticality:
    """Returns the criticality in a request."""
    return Criticality(target.criticality)


def display_name(target: target_pb2.Target) -> str:
    """Returns the display name in a request."""
    return texts.one_line(target.display_name)
