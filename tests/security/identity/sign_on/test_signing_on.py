"""Single sign-on with a real provider, walked as a browser walks it."""

import asyncio
from urllib.parse import parse_qsl, urlsplit

import httpx
from xorb.core.v1 import member_pb2, organization_pb2
from xorb.security.v1 import connection_pb2, identity_pb2, session_pb2

from services.mesh.testing import bearer
from tests.security.identity.sign_on.planes import DOMAIN, WEB, Planes, Somebody, refused

Connection = connection_pb2.Connection


async def _walk(begun: connection_pb2.BeginSignOnResponse, sub: str) -> dict[str, str]:
    """What the browser brings back to the redirect URI after somebody has signed in at the provider."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        form = await browser.get(begun.authorization_url)
        assert form.status_code == 200, form.text
        answer = await browser.post(begun.authorization_url, data={"sub": sub})
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}" == WEB
    brought = dict(parse_qsl(back.query))
    return {"name": back.path.removeprefix("/sign-on/"), **brought, "proof": begun.proof}


async def _sign_on(here: Planes, connection: Connection, sub: str) -> identity_pb2.SessionTokens:
    return await here.complete(**await _walk(await here.begin(connection), sub))


async def _caller(here: Planes, tokens: identity_pb2.SessionTokens) -> identity_pb2.Caller:
    request = identity_pb2.GetCallerRequest()
    caller: identity_pb2.Caller = await here.identity.GetCaller(request, metadata=bearer(tokens.access_token))
    return caller


async def test_somebody_new_becomes_a_member(here: Planes, provider: str) -> None:
    owner = await here.owner()
    connection = await here.connect(owner, provider)
    tokens = await _sign_on(here, connection, "ada")
    assert (tokens.organization, tokens.account.email) == (owner.organization, f"ada@{DOMAIN}")
    assert tokens.account.display_name == "Ada Lovelace"
    caller = await _caller(here, tokens)
    assert list(caller.roles) == ["viewer"]
    assert "findings.read" in caller.permissions
    assert tokens.account.name in await here.people(owner)
    again = await _sign_on(here, connection, "ada")
    assert again.account == tokens.account
    assert len(await here.people(owner)) == 2


async def test_many_browsers_of_one_newcomer_make_one_account(here: Planes, provider: str) -> None:
    owner = await here.owner()
    connection = await here.connect(owner, provider)
    tokens = await asyncio.gather(*(_sign_on(here, connection, "ada") for _ in range(5)))
    assert len({one.account.name for one in tokens}) == 1
    assert len(await here.people(owner)) == 2


async def test_two_organizations_share_a_provider_and_no_account(here: Planes, provider: str) -> None:
    first, second = await here.owner(), await here.owner()
    one = await _sign_on(here, await here.connect(first, provider), "ada")
    other = await _sign_on(here, await here.connect(second, provider), "ada")
    assert one.account.name != other.account.name
    assert (one.organization, other.organization) == (first.organization, second.organization)


async def test_whom_the_provider_does_not_vouch_for_is_refused(here: Planes, provider: str) -> None:
    owner = await here.owner()
    connection = await here.connect(owner, provider)
    for sub, why in {
        "unverified": "didn't verify",
        "silent": "didn't verify",
        "nobody": "didn't verify",
        "stranger": "of a domain",
    }.items():
        reason, message = await refused(_sign_on(here, connection, sub))
        assert reason == "SIGN_ON_REFUSED", sub
        assert why in message, sub
    assert len(await here.people(owner)) == 1


async def test_without_a_default_role_only_members_come_in(here: Planes, provider: str) -> None:
    owner = await here.owner()
    connection = await here.connect(owner, provider, default_role="")
    assert (await refused(_sign_on(here, connection, "ada")))[0] == "SIGN_ON_REFUSED"
    assert len(await here.people(owner)) == 1


async def test_a_personal_account_of_the_same_address_stays_its_persons(here: Planes, provider: str) -> None:
    """An organization's provider can say what it likes: the account of somebody who isn't its member isn't touched."""
    bystander = await _ada(here)
    owner = await here.owner()
    tokens = await _sign_on(here, await here.connect(owner, provider), "ada")
    assert tokens.account.email == bystander.email
    assert tokens.account.name != bystander.tokens.account.name
    again = await here.sign_in(bystander.email, bystander.password)
    assert again.account.name == bystander.tokens.account.name


async def test_a_member_is_linked_and_confined(here: Planes, provider: str) -> None:
    elsewhere = await _ada(here)
    member = await _found(here, elsewhere)
    owner = await here.owner()
    await _join(here, owner, member, "analyst")
    tokens = await _sign_on(here, await here.connect(owner, provider), "ada")
    assert tokens.account.name == member.tokens.account.name
    assert list((await _caller(here, tokens)).roles) == ["analyst"]
    # The other organization is the same person's, and out of the provider's reach all the same.
    assert (await refused(here.refresh(tokens, member.organization)))[0] == "NOT_FOUND"
    assert (await here.refresh(tokens, owner.organization)).organization == owner.organization


async def test_a_confined_session_reaches_nothing_of_the_account(here: Planes, provider: str) -> None:
    owner = await here.owner()
    tokens = await _sign_on(here, await here.connect(owner, provider), "ada")
    metadata = bearer(tokens.access_token)
    for call in (
        here.organizations.ListOrganizations(organization_pb2.ListOrganizationsRequest(), metadata=metadata),
        here.sessions.ListSessions(session_pb2.ListSessionsRequest(parent=tokens.account.name), metadata=metadata),
    ):
        assert await refused(call) == (
            "PERMISSION_DENIED",
            "Single sign-on reaches your organization only. Sign in for yourself.",
        )
    await here.identity.SignOut(identity_pb2.SignOutRequest(), metadata=metadata)
    assert (await refused(here.refresh(tokens)))[0] == "INVALID_REFRESH_TOKEN"


async def test_nobody_becomes_an_owner_by_the_word_of_a_provider(here: Planes, provider: str) -> None:
    ada = await _found(here, await _ada(here))
    connection = await here.connect(ada, provider)
    reason, message = await refused(_sign_on(here, connection, "ada"))
    assert (reason, message) == ("SIGN_ON_REFUSED", "Owners sign in with their own password or passkey.")


async def test_who_became_an_owner_does_not_go_on(here: Planes, provider: str) -> None:
    owner = await here.owner()
    tokens = await _sign_on(here, await here.connect(owner, provider), "ada")
    heir = (await here.people(owner))[tokens.account.name]
    transfer = member_pb2.TransferOwnershipRequest(name=owner.organization, new_owner=heir.name)
    await here.members.TransferOwnership(transfer, metadata=owner.metadata)
    assert (await refused(here.refresh(tokens)))[0] == "SIGN_ON_REFUSED"


async def test_who_is_suspended_stays_suspended(here: Planes, provider: str) -> None:
    owner, known = await here.owner(), await _ada(here)
    connection = await here.connect(owner, provider)
    await _join(here, owner, known, "analyst")
    await _suspend(here, owner, known.tokens.account.name)
    assert await refused(_sign_on(here, connection, "ada")) == ("SIGN_ON_REFUSED", "Your membership is suspended.")
    assert len(await here.people(owner)) == 2


async def test_a_managed_account_is_suspended_like_any_other(here: Planes, provider: str) -> None:
    owner = await here.owner()
    connection = await here.connect(owner, provider)
    tokens = await _sign_on(here, connection, "ada")
    await _suspend(here, owner, tokens.account.name)
    assert await refused(_sign_on(here, connection, "ada")) == ("SIGN_ON_REFUSED", "Your membership is suspended.")
    assert (await refused(here.refresh(tokens)))[0] == "NOT_FOUND"


async def test_a_managed_account_has_no_password(here: Planes, provider: str) -> None:
    owner = await here.owner()
    tokens = await _sign_on(here, await here.connect(owner, provider, email_domains=[DOMAIN]), "ada")
    for password in ("x", " "):
        request = identity_pb2.SignInRequest(email=tokens.account.email, password=password)
        assert (await refused(here.identity.SignIn(request)))[0] == "WRONG_CREDENTIALS"


async def test_a_disabled_or_deleted_connection_lets_nobody_in(here: Planes, provider: str) -> None:
    owner = await here.owner()
    connection = await here.connect(owner, provider)
    begun = await here.begin(connection)
    update = connection_pb2.UpdateConnectionRequest(connection=Connection(name=connection.name, disabled=True))
    await here.connections.UpdateConnection(update, metadata=owner.metadata)
    assert (await refused(here.complete(**await _walk(begun, "ada"))))[0] == "SIGN_ON_FAILED"
    assert (await refused(here.begin(connection)))[0] == "NOT_FOUND"
    delete = connection_pb2.DeleteConnectionRequest(name=connection.name)
    await here.connections.DeleteConnection(delete, metadata=owner.metadata)
    assert (await refused(here.begin(connection)))[0] == "NOT_FOUND"


async def _ada(here: Planes) -> Somebody:
    """The personal account with Ada's address, made once."""
    if "ada" not in _MADE:
        _MADE["ada"] = await here.sign_up(f"ada@{DOMAIN}")
    ada = _MADE["ada"]
    return Somebody(ada.email, ada.password, await here.sign_in(ada.email, ada.password))


_MADE: dict[str, Somebody] = {}


async def _found(here: Planes, somebody: Somebody) -> Somebody:
    """The same person as the owner of one more organization."""
    request = organization_pb2.CreateOrganizationRequest(
        organization=organization_pb2.Organization(display_name="Difference Engines")
    )
    made = await here.organizations.CreateOrganization(request, metadata=somebody.metadata)
    return Somebody(somebody.email, somebody.password, await here.refresh(somebody.tokens, made.name))


async def _join(here: Planes, owner: Somebody, somebody: Somebody, role: str) -> None:
    request = organization_pb2.AdmitMemberRequest(
        organization=owner.organization, account=somebody.tokens.account.name, role=role
    )
    await here.memberships.AdmitMember(request, metadata=bearer(await here.security.token()))


async def _suspend(here: Planes, owner: Somebody, account: str) -> None:
    member = (await here.people(owner))[account]
    await here.members.SuspendMember(member_pb2.SuspendMemberRequest(name=member.name), metadata=owner.metadata)
