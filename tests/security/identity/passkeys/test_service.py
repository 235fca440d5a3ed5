"""Passkeys: registered by their owner, and signed in with, alone or after the password."""

import json
from typing import Any

import grpc
from xorb.security.v1 import factor_pb2, identity_pb2, passkey_pb2

from tests.security.identity.authenticator import Authenticator
from tests.security.identity.person import Person, claims
from tests.security.identity.plane import Platform, refused

_WRONG = (grpc.StatusCode.UNAUTHENTICATED, "WRONG_CREDENTIALS")
_ENDED = (grpc.StatusCode.UNAUTHENTICATED, "INVALID_CHALLENGE")
_NOT_FOUND = (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")


async def begin(plane: Platform) -> tuple[str, dict[str, Any]]:
    begun = await plane.passkeys.BeginPasskeySignIn(passkey_pb2.BeginPasskeySignInRequest())
    return begun.challenge, json.loads(begun.options)


async def finish(plane: Platform, challenge: str, credential: str) -> identity_pb2.SessionTokens:
    request = passkey_pb2.FinishPasskeySignInRequest(challenge=challenge, credential=credential)
    tokens: identity_pb2.SessionTokens = await plane.passkeys.FinishPasskeySignIn(request)
    return tokens


async def sign_in(plane: Platform, device: Authenticator) -> identity_pb2.SessionTokens:
    challenge, options = await begin(plane)
    return await finish(plane, challenge, device.get(options))


async def listed(person: Person) -> list[passkey_pb2.Passkey]:
    request = passkey_pb2.ListPasskeysRequest(parent=person.account)
    return list((await person.platform.passkeys.ListPasskeys(request, metadata=person.bearer)).passkeys)


async def remove(person: Person, name: str, proof: factor_pb2.Proof) -> None:
    request = passkey_pb2.RemovePasskeyRequest(name=name, proof=proof)
    await person.platform.passkeys.RemovePasskey(request, metadata=person.bearer)


async def test_a_passkey_signs_in_without_a_password(plane: Platform, person: Person) -> None:
    finished = await person.register()
    assert finished.passkey.display_name == "Laptop"
    assert len(finished.recovery_codes) == 10
    tokens = await sign_in(plane, person.devices[0])
    assert tokens.account.name == person.account
    assert claims(tokens)["amr"] == ["pop", "user", "mfa"]
    (shown,) = await listed(person)
    assert shown.HasField("use_time")


async def test_a_passkey_is_a_second_factor(person: Person) -> None:
    await person.register()
    factor = (await person.sign_in()).second_factor
    assert list(factor.kinds) == [identity_pb2.SecondFactor.RECOVERY_CODE, identity_pb2.SecondFactor.PASSKEY]
    device = person.devices[0]
    device.flags = 0
    answer = device.get(json.loads(factor.passkey_options))
    completed = await person.complete(factor.challenge, passkey=answer)
    assert claims(completed)["amr"] == ["pwd", "pop", "mfa"]
    assert await refused(person.complete(factor.challenge, passkey=answer)) == _ENDED


async def test_another_accounts_passkey_is_no_second_factor(plane: Platform, person: Person) -> None:
    other = await Person.new(plane)
    await person.register()
    await other.register()
    factor = (await person.sign_in()).second_factor
    answer = other.devices[0].get(json.loads(factor.passkey_options))
    wrong = (grpc.StatusCode.UNAUTHENTICATED, "WRONG_SECOND_FACTOR")
    assert await refused(person.complete(factor.challenge, passkey=answer)) == wrong


async def test_a_challenge_is_answered_once(plane: Platform, person: Person) -> None:
    await person.register()
    challenge, options = await begin(plane)
    await finish(plane, challenge, person.devices[0].get(options))
    assert await refused(finish(plane, challenge, person.devices[0].get(options))) == _ENDED
    challenge, options = await begin(plane)
    assert await refused(finish(plane, challenge, "{}")) == _WRONG
    assert await refused(finish(plane, challenge, person.devices[0].get(options))) == _ENDED


async def test_an_answer_to_another_challenge_is_a_replay(plane: Platform, person: Person) -> None:
    await person.register()
    _, options = await begin(plane)
    challenge, _ = await begin(plane)
    assert await refused(finish(plane, challenge, person.devices[0].get(options))) == _WRONG


async def test_challenges_are_good_for_one_purpose(plane: Platform, person: Person) -> None:
    await person.enroll()
    registration, second = (await person.begin_passkey()).challenge, await person.challenge()
    sign_in_challenge, options = await begin(plane)
    device = Authenticator()
    for challenge in (registration, second):
        assert await refused(finish(plane, challenge, device.get(options))) == _ENDED
    assert await refused(person.complete(sign_in_challenge, totp_code=person.code(1))) == _ENDED
    begun = await person.begin_passkey()
    other = await Person.new(plane)
    assert await refused(other.finish_passkey(begun.challenge, device.create(json.loads(begun.options)))) == _ENDED


async def test_a_copied_key_is_noticed_and_told_of(plane: Platform, person: Person) -> None:
    await person.register()
    device = person.devices[0]
    device.count = 7
    await sign_in(plane, device)
    device.count = 5
    assert await refused(sign_in(plane, device)) == _WRONG
    assert (await person.events())[-1] == "account.passkey_copied"
    device.count = 8
    assert (await sign_in(plane, device)).access_token


async def test_a_device_that_does_not_count_signs_in_again_and_again(plane: Platform, person: Person) -> None:
    await person.register()
    person.devices[0].count = None
    for _ in range(2):
        assert (await sign_in(plane, person.devices[0])).access_token


async def test_what_signs_in_alone_checks_and_names_its_user(plane: Platform, person: Person) -> None:
    await person.register()
    device = person.devices[0]
    device.flags, verified = 0, device.flags
    assert await refused(sign_in(plane, device)) == _WRONG
    device.flags, device.user = verified, b""
    assert await refused(sign_in(plane, device)) == _WRONG
    assert await refused(sign_in(plane, Authenticator())) == _WRONG


async def test_a_registration_is_verified(person: Person) -> None:
    for device in (Authenticator(origin="https://evil.example"), Authenticator(flags=0)):
        begun = await person.begin_passkey()
        answer = device.create(json.loads(begun.options))
        assert (await refused(person.finish_passkey(begun.challenge, answer)))[1] == "INVALID_FIELD"
        assert await refused(person.finish_passkey(begun.challenge, answer)) == _ENDED
    assert await listed(person) == []


async def test_a_passkey_is_registered_once(person: Person) -> None:
    await person.register()
    begun = await person.begin_passkey()
    (excluded,) = json.loads(begun.options)["excludeCredentials"]
    again = person.devices[0].create(json.loads(begun.options))
    assert json.loads(again)["id"] == excluded["id"]
    assert (await refused(person.finish_passkey(begun.challenge, again)))[1] == "ALREADY_EXISTS"


async def test_a_passkey_is_renamed_and_removed(plane: Platform, person: Person) -> None:
    made = (await person.register()).passkey
    second = await person.register()
    assert not second.recovery_codes
    request = passkey_pb2.UpdatePasskeyRequest(passkey=passkey_pb2.Passkey(name=made.name, display_name="Phone"))
    assert (await plane.passkeys.UpdatePasskey(request, metadata=person.bearer)).display_name == "Phone"
    stolen = remove(person, made.name, factor_pb2.Proof())
    assert (await refused(stolen))[1] == "REAUTHENTICATION_REQUIRED"
    await remove(person, made.name, person.proof)
    assert [one.name for one in await listed(person)] == [second.passkey.name]
    assert await refused(sign_in(plane, person.devices[0])) == _WRONG
    assert (await person.factors()).recovery_codes == 10
    await remove(person, second.passkey.name, person.proof)
    assert await person.factors() == factor_pb2.SecondFactors()
    assert (await person.sign_in()).access_token


async def test_others_see_and_change_nothing(plane: Platform, person: Person) -> None:
    other = await Person.new(plane)
    name = (await other.register()).passkey.name
    assert await refused(remove(person, name, person.proof)) == _NOT_FOUND
    own = name.replace(other.account, person.account)
    request = passkey_pb2.UpdatePasskeyRequest(passkey=passkey_pb2.Passkey(name=own, display_name="Mine"))
    assert await refused(plane.passkeys.UpdatePasskey(request, metadata=person.bearer)) == _NOT_FOUND
    person.account = other.account
    for call in (listed(person), person.begin_passkey(), person.finish_passkey("x", "{}")):
        assert await refused(call) == _NOT_FOUND
