"""Authenticator apps and recovery codes, by their owner."""

import grpc
import pytest
from sqlalchemy import select, text
from xorb.security.v1 import factor_pb2

from services.mesh.calls import NO_ORGANIZATION
from services.mesh.testing import call_of
from services.security.identity.factors import store
from tests.security.identity.person import Person
from tests.security.identity.plane import Platform, refused

_REAUTHENTICATE = (grpc.StatusCode.PERMISSION_DENIED, "REAUTHENTICATION_REQUIRED")


async def test_an_app_counts_from_its_first_right_code_on(person: Person) -> None:
    begun = await person.factor("EnrollTotp", "EnrollTotpRequest", proof=person.proof)
    assert begun.uri.endswith(f"?secret={begun.secret}&issuer=XORB")
    assert (await person.factors()) == factor_pb2.SecondFactors()
    assert not (await person.sign_in()).HasField("second_factor")
    again = await person.factor("EnrollTotp", "EnrollTotpRequest", proof=person.proof)
    person.secret = begun.secret
    assert (await refused(person.confirm(person.code())))[1] == "INVALID_FIELD"
    person.secret = again.secret
    assert len((await person.confirm(person.code())).codes) == 10
    shown = await person.factors()
    assert (shown.HasField("totp_confirm_time"), shown.recovery_codes) == (True, 10)
    assert (await person.events())[-1] == "account.factor_added"


async def test_the_secret_is_encrypted_and_shown_once(person: Person) -> None:
    await person.enroll()
    async with person.platform.database.unit(call_of(NO_ORGANIZATION)) as unit:
        row = (await unit.execute(select(store.TOTP_FACTORS).filter_by(account_id=person.identifier))).one()
    assert row.secret.startswith("vault:v1:")
    assert person.secret not in row.secret
    again = person.factor("EnrollTotp", "EnrollTotpRequest", proof=person.proof)
    assert (await refused(again))[1] == "ALREADY_EXISTS"
    assert (await refused(person.confirm(person.code(1))))[1] == "NOT_FOUND"


async def test_another_accounts_secret_does_not_open(plane: Platform, person: Person) -> None:
    other = await Person.new(plane)
    await person.enroll()
    await other.enroll()
    moved = text(
        "UPDATE totp_factors SET secret = (SELECT secret FROM totp_factors WHERE account_id = :a) WHERE account_id = :b"
    )
    async with plane.database.unit(call_of(NO_ORGANIZATION)) as unit:
        await unit.execute(moved, {"a": person.identifier, "b": other.identifier})
    other.secret = person.secret
    assert (await refused(other.complete(await other.challenge(), totp_code=other.code(1))))[1] == "UNAVAILABLE"


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("EnrollTotp", "EnrollTotpRequest"),
        ("RemoveTotp", "RemoveTotpRequest"),
        ("RegenerateRecoveryCodes", "RegenerateRecoveryCodesRequest"),
    ],
)
async def test_a_stolen_access_token_changes_nothing(person: Person, method: str, message: str) -> None:
    await person.enroll()
    used = factor_pb2.Proof(totp_code=person.code())
    for proof in (factor_pb2.Proof(), factor_pb2.Proof(password="guessed"), used):
        assert await refused(person.factor(method, message, proof=proof)) == _REAUTHENTICATE
    assert (await person.factors()).HasField("totp_confirm_time")


async def test_an_app_is_removed_with_a_fresh_code_and_takes_the_recovery_codes_along(person: Person) -> None:
    codes = await person.enroll()
    proof = factor_pb2.Proof(totp_code=person.code(1))
    assert await person.factor("RemoveTotp", "RemoveTotpRequest", proof=proof) == factor_pb2.SecondFactors()
    assert (await person.events())[-1] == "account.factor_removed"
    assert (await person.sign_in()).access_token
    assert codes
    assert (await refused(person.factor("RemoveTotp", "RemoveTotpRequest", proof=person.proof)))[1] == "NOT_FOUND"


async def test_new_recovery_codes_void_the_old_ones(person: Person) -> None:
    regenerate = ("RegenerateRecoveryCodes", "RegenerateRecoveryCodesRequest")
    assert (await refused(person.factor(*regenerate, proof=person.proof)))[1] == "ILLEGAL_TRANSITION"
    old = await person.enroll()
    new = (await person.factor(*regenerate, proof=person.proof)).codes
    assert not set(old) & set(new)
    assert (await refused(person.complete(await person.challenge(), recovery_code=old[0])))[1] == "WRONG_SECOND_FACTOR"
    assert (await person.complete(await person.challenge(), recovery_code=new[0])).access_token


async def test_others_see_and_change_nothing(plane: Platform, person: Person) -> None:
    other = await Person.new(plane)
    person.account = other.account
    for call in (person.factors(), person.confirm("123456"), person.enroll()):
        assert await refused(call) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
