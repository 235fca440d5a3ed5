"""Two organizations that know each other's every identifier, and what each of them may therefore see."""

import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from google.protobuf.message import Message

from services.mesh import identifiers
from services.mesh.calls import NO_ORGANIZATION, Call, Caller
from services.mesh.roles import granted_by


@dataclass
class Known:
    """What an organization knows of its resources of one kind.

    Attributes:
        there: They are there: whoever made them was told so.
        gone: They aren't any more, or never were.
        unsure: A call was cut off that may have removed them.
        tried: What else was tried to be made, in whatever terms make it unique; it may be there or not.
    """

    there: list[UUID] = field(default_factory=list)
    gone: list[UUID] = field(default_factory=list)
    unsure: list[UUID] = field(default_factory=list)
    tried: set[object] = field(default_factory=set)

    def made(self, identifier: UUID) -> None:
        """Notes that a resource is there."""
        if identifier not in self.there and identifier not in self.unsure:
            self.there.append(identifier)

    def removed(self, identifier: UUID, *, surely: bool) -> None:
        """Notes that a resource is gone, or may be."""
        for identifiers_ in (self.there, self.unsure):
            if identifier in identifiers_:
                identifiers_.remove(identifier)
        (self.gone if surely else self.unsure).append(identifier)

    def choose(self, number: int) -> UUID:
        """Returns one that is or was there; one that never was where there is none."""
        everything = self.there + self.unsure + self.gone
        return everything[number % len(everything)] if everything else identifiers.new()


@dataclass(eq=False)
class Tenant:
    """An organization.

    Attributes:
        account: Who calls: the same person in both, so that nothing but the organization tells their calls apart.
        marker: Part of every text that it writes, and of nobody else's.
        known: Its resources, by kind.
        evidence: What evidence it has, by scan and identifier: for sure, or perhaps.
        page_tokens: What `list` methods handed out, by method.
        resume_tokens: What watches handed out.
    """

    account: UUID
    organization: UUID = field(default_factory=identifiers.new)
    marker: str = field(default_factory=lambda: f"marker-{secrets.token_hex(8)}")
    known: defaultdict[str, Known] = field(default_factory=lambda: defaultdict(Known))
    evidence: dict[tuple[UUID, UUID], bool] = field(default_factory=dict)
    page_tokens: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    resume_tokens: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The organization's resource name."""
        return f"organizations/{self.organization}"

    def resource(self, collection: str, identifier: UUID) -> str:
        """Returns the name of a resource in this organization, whosever the identifier is."""
        return f"{self.name}/{collection}/{identifier}"

    def call(self, method: str = "/test") -> Call:
        """Returns a call of its owner."""
        caller = Caller(f"accounts/{self.account}", self.organization, ("owner",), granted_by(("owner",)))
        return Call(method, caller=caller, organization=self.organization)

    def stray(self) -> Call:
        """Returns a call of the same person that is for no organization."""
        return Call("/test", caller=Caller("spiffe://xorb/nobody"), organization=NO_ORGANIZATION)

    def owns(self, message: Message | bytes | str) -> bool:
        """Returns whether nothing in it is of another organization that leaves markers."""
        content = message.SerializeToString() if isinstance(message, Message) else message
        data = content.encode() if isinstance(content, str) else content
        return data.count(b"marker-") == data.count(self.marker.encode())


def pair() -> tuple[Tenant, Tenant]:
    """Returns two new organizations of the same person."""
    account = identifiers.new()
    return Tenant(account), Tenant(account)
