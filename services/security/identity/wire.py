"""Identity on the wire: messages from and to the domain."""

import base64
from collections.abc import Iterable
from uuid import UUID

from xorb.core.v1 import organization_pb2
from xorb.security.v1 import factor_pb2, identity_pb2, session_pb2

from services.mesh import names
from services.mesh.calls import Caller
from services.mesh.public_key import PublicKey
from services.mesh.tokens import key_id
from services.security.identity.domain import (
    Account,
    Answer,
    Demand,
    FactorKind,
    Membership,
    Opened,
    Proof,
    Session,
)

_ANSWERS = {
    "totp_code": FactorKind.TOTP,
    "recovery_code": FactorKind.RECOVERY_CODE,
    "passkey": FactorKind.PASSKEY,
}


def account(value: Account) -> identity_pb2.Account:
    """Returns an account's message; never its password's hash."""
    message = identity_pb2.Account(
        name=names.join("accounts", value.id), email=value.email, display_name=value.display_name
    )
    message.create_time.FromDatetime(value.created_at)
    return message


def tokens(opened: Opened) -> identity_pb2.SessionTokens:
    """Returns what a sign-in or refresh answers."""
    message = identity_pb2.SessionTokens(
        access_token=opened.access_token,
        refresh_token=opened.refresh_token,
        account=account(opened.account),
        organization=organization_name(opened.membership.organization),
    )
    message.expire_time.FromDatetime(opened.expires_at)
    return message


def demand(value: Demand) -> identity_pb2.SessionTokens:
    """Returns what a sign-in answers that asks for a second factor."""
    kinds = [kind.name for kind in value.kinds]
    factor = identity_pb2.SecondFactor(challenge=value.challenge, kinds=kinds, passkey_options=value.passkey_options)
    factor.expire_time.FromDatetime(value.expires_at)
    return identity_pb2.SessionTokens(second_factor=factor)


def answer(request: identity_pb2.CompleteSignInRequest) -> Answer:
    """Returns the second factor that a request gives."""
    given = str(request.WhichOneof("answer"))
    return Answer(_ANSWERS[given], getattr(request, given))


def proof(message: factor_pb2.Proof) -> Proof:
    """Returns what a request proves anew."""
    return Proof(message.password, message.totp_code)


def caller(value: Caller, owner: Account | None) -> identity_pb2.Caller:
    """Returns who calls; a service account has no owner."""
    return identity_pb2.Caller(
        account=account(owner) if owner else None,
        service_account="" if owner else value.subject,
        organization=organization_name(value.organization) if value.organization.int else "",
        roles=value.roles,
        permissions=sorted(value.permissions),
    )


def session(value: Session, current: str) -> session_pb2.Session:
    """Returns a session's message; `current` is the identifier of the caller's own."""
    return session_pb2.Session(
        name=names.join("accounts", value.account, "sessions", value.id),
        organization=organization_name(value.organization),
        create_time=value.created_at,
        expire_time=value.expires_at,
        end_time=value.ended_at,
        current=str(value.id) == current,
    )


def key_set(keys: Iterable[PublicKey]) -> identity_pb2.JsonWebKeySet:
    """Returns public keys as JSON Web Keys (RFC 8037, section 2)."""
    return identity_pb2.JsonWebKeySet(
        keys=[
            identity_pb2.JsonWebKey(
                kty="OKP",
                crv="Ed25519",
                x=base64.urlsafe_b64encode(key.key).rstrip(b"=").decode(),
                kid=key_id(key.version),
                alg="EdDSA",
                use="sig",
            )
            for key in keys
        ]
    )


def organization_name(organization: UUID | None) -> str:
    """Returns an organization's name; nothing for none."""
    return names.join("organizations", organization) if organization else ""


def membership(message: organization_pb2.Membership) -> Membership:
    """Returns a membership as the core plane told it."""
    (organization,) = names.parse("organizations/{organization}", message.organization)
    return Membership(organization, tuple(message.roles))
