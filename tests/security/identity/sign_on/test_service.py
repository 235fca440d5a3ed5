"""Connections, as those who run an organization keep them."""

import uuid

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import select, update
from xorb.security.v1 import connection_pb2

from services.mesh import names
from services.mesh.errors import Failure, Reason
from services.mesh.testing import call_of
from services.security.identity.sign_on import wire
from services.security.identity.sign_on.store import ATTEMPTS, CONNECTIONS
from tests.security.identity.sign_on.crooked import CrookedProvider
from tests.security.identity.sign_on.planes import DOMAIN, WEB, Planes, Somebody, refused

ISSUER = "https://id.example.com"
Connection = connection_pb2.Connection


async def _update(here: Planes, owner: Somebody, connection: Connection, *paths: str) -> Connection:
    request = connection_pb2.UpdateConnectionRequest(connection=connection, update_mask=FieldMask(paths=paths))
    changed: Connection = await here.connections.UpdateConnection(request, metadata=owner.metadata)
    return changed


async def test_a_connection_is_kept_and_its_secret_is_not_shown(here: Planes) -> None:
    owner = await here.owner()
    made = await here.connect(owner, ISSUER, email_domains=["Example.COM", "@example.com"], display_name="Ours")
    assert made.client_secret == ""
    assert list(made.email_domains) == ["example.com"]
    assert made.redirect_uri == f"{WEB}/sign-on/{made.name}"
    request = connection_pb2.GetConnectionRequest(name=made.name)
    assert await here.connections.GetConnection(request, metadata=owner.metadata) == made
    listing = connection_pb2.ListConnectionsRequest(parent=owner.organization, filter='issuer = "' + ISSUER + '"')
    assert list((await here.connections.ListConnections(listing, metadata=owner.metadata)).connections) == [made]
    delete = connection_pb2.DeleteConnectionRequest(name=made.name)
    await here.connections.DeleteConnection(delete, metadata=owner.metadata)
    assert (await refused(here.connections.GetConnection(request, metadata=owner.metadata)))[0] == "NOT_FOUND"


async def test_the_secret_is_encrypted_and_bound_to_its_connection(here: Planes) -> None:
    owner = await here.owner()
    secret = f"planted-{uuid.uuid4()}"
    made = await here.connect(owner, ISSUER, client_secret=secret)
    organization, identifier = wire.identifiers(made.name)
    async with here.database.unit(call_of(organization)) as unit:
        sealed = (await unit.execute(select(CONNECTIONS.c.sealed_secret))).scalar_one()
    assert sealed.startswith("vault:v1:")
    assert secret not in sealed
    assert await here.sealing.open(identifier, sealed) == secret
    with pytest.raises(Failure) as caught:
        await here.sealing.open(uuid.uuid4(), sealed)
    assert caught.value.reason is Reason.UNAVAILABLE


async def test_a_secret_of_another_row_signs_nobody_in(here: Planes, crooked: CrookedProvider) -> None:
    """Who can write the table still can't make one organization's secret go to another's provider."""
    crooked.honest()
    owner = await here.owner()
    one, other = await here.connect(owner, ISSUER), await here.connect(owner, crooked.issuer)
    organization, identifier = wire.identifiers(one.name)
    async with here.database.unit(call_of(organization)) as unit:
        stolen = select(CONNECTIONS.c.sealed_secret).where(CONNECTIONS.c.id == identifier).scalar_subquery()
        mine = CONNECTIONS.c.id == wire.identifiers(other.name)[1]
        await unit.execute(update(CONNECTIONS).where(mine).values(sealed_secret=stolen))
    begun = await here.begin(other)
    brought = crooked.authorize(begun.authorization_url, email=f"x@{DOMAIN}")
    assert (await refused(here.complete(name=other.name, proof=begun.proof, **brought)))[0] == "UNAVAILABLE"
    assert not crooked.asked


async def test_changes(here: Planes) -> None:
    owner = await here.owner()
    made = await here.connect(owner, ISSUER)
    changed = await _update(here, owner, Connection(name=made.name, display_name="Ours", etag=made.etag))
    assert (changed.display_name, changed.default_role) == ("Ours", "viewer")
    assert changed.etag != made.etag
    disabled = await _update(here, owner, Connection(name=made.name, disabled=True), "disabled", "default_role")
    assert (disabled.disabled, disabled.default_role) == (True, "")
    stale = _update(here, owner, Connection(name=made.name, display_name="Theirs", etag=made.etag))
    assert (await refused(stale))[0] == "ETAG_MISMATCH"


async def test_a_secret_does_not_follow_to_another_issuer(here: Planes) -> None:
    owner = await here.owner()
    made = await here.connect(owner, ISSUER)
    elsewhere = Connection(name=made.name, issuer="https://evil.example.org")
    reason, message = await refused(_update(here, owner, elsewhere))
    assert reason == "INVALID_FIELD"
    assert "client_secret" in message
    elsewhere.client_secret = "another"
    assert (await _update(here, owner, elsewhere)).issuer == elsewhere.issuer


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", "http://id.example.com"),
        ("client_id", " "),
        ("email_domains", []),
        ("email_domains", ["com"]),
        ("email_domains", ["*.example.com"]),
        ("default_role", "owner"),
        ("default_role", "captain"),
    ],
)
async def test_what_is_not_valid_is_refused(here: Planes, field: str, value: object) -> None:
    owner = await here.owner()
    fields = {"issuer": ISSUER, field: value}
    reason, message = await refused(here.connect(owner, **fields))  # type: ignore[arg-type]  # a test's table
    assert reason == "INVALID_FIELD"
    assert message.startswith(f"connection.{field}")


async def test_administrators_manage_connections_and_others_do_not(here: Planes) -> None:
    owner = await here.owner()
    administrator = await here.member(owner, "administrator")
    made = await here.connect(administrator, ISSUER, default_role="administrator")
    request = connection_pb2.GetConnectionRequest(name=made.name)
    for role in ("analyst", "viewer", "auditor", "security_manager"):
        somebody = await here.member(owner, role)
        assert (await refused(here.connect(somebody, ISSUER)))[0] == "PERMISSION_DENIED"
        if role == "viewer":
            assert (await refused(here.connections.GetConnection(request, metadata=somebody.metadata)))[0] == (
                "PERMISSION_DENIED"
            )


async def test_an_attempt_keeps_no_secret_that_the_browser_has(here: Planes, crooked: CrookedProvider) -> None:
    crooked.honest()
    owner = await here.owner()
    connection = await here.connect(owner, crooked.issuer)
    begun = await here.begin(connection)
    (organization,) = names.parse("organizations/{organization}", owner.organization)
    async with here.database.unit(call_of(organization)) as unit:
        [row] = (await unit.execute(select(ATTEMPTS))).all()
    kept = repr(row)
    assert begun.proof not in kept
    assert "code_challenge_method=S256" in begun.authorization_url
    assert row.verifier not in begun.authorization_url
    state = crooked.authorize(begun.authorization_url)["state"]
    assert state not in kept


async def test_a_connection_of_nobody_begins_nothing(here: Planes) -> None:
    owner = await here.owner()
    unknown = Connection(name=f"{owner.organization}/connections/{uuid.uuid4()}")
    assert (await refused(here.begin(unknown)))[0] == "NOT_FOUND"


async def test_another_provider_has_to_be_vouched_for_anew(here: Planes) -> None:
    owner = await here.owner()
    made = await here.connect(owner, ISSUER, vouches_for_second_factor=True)
    same = await _update(here, owner, Connection(name=made.name, issuer=ISSUER), "issuer")
    assert same.vouches_for_second_factor
    other = await _update(
        here, owner, Connection(name=made.name, issuer="https://other.example.com"), "issuer", "client_secret"
    )
    assert not other.vouches_for_second_factor
    sent = Connection(name=made.name, issuer=ISSUER, vouches_for_second_factor=True)
    assert (await _update(here, owner, sent, "issuer", "vouches_for_second_factor")).vouches_for_second_factor
