"""Second factors over REST at the edge, with an authenticator app and a device in software."""

import json
import time
from dataclasses import replace

import pyotp

from tests.e2e.members import Json, Member, sign_up
from tests.e2e.platform import Platform
from tests.security.identity.authenticator import Authenticator


async def _signed_in(platform: Platform) -> tuple[Member, str, Json]:
    _, credentials = await sign_up(platform)
    nobody = Member(platform, "", "")
    session = await nobody.post("sessions:sign-in", credentials)
    return replace(nobody, token=session["accessToken"]), session["account"]["name"], credentials


async def test_signing_in_takes_a_code_of_an_app(platform: Platform) -> None:
    somebody, account, credentials = await _signed_in(platform)
    proof = {"proof": {"password": credentials["password"]}}
    begun = await somebody.post(f"{account}/second-factors:enroll-totp", proof)
    app = pyotp.parse_uri(begun["uri"])
    assert isinstance(app, pyotp.TOTP)
    confirmed = await somebody.post(f"{account}/second-factors:confirm-totp", {"code": app.now()})
    assert (await somebody.get(f"{account}/second-factors"))["recoveryCodes"] == len(confirmed["codes"]) == 10
    first = await somebody.post("sessions:sign-in", credentials)
    assert first["accessToken"] == first["refreshToken"] == ""
    challenge = first["secondFactor"]["challenge"]
    assert first["secondFactor"]["kinds"] == ["TOTP", "RECOVERY_CODE"]
    wrong = {"challenge": challenge, "recoveryCode": "abcd"}
    refused = await somebody.refused("POST", "sessions:complete-sign-in", wrong)
    assert (refused.status, refused.reason) == (401, "WRONG_SECOND_FACTOR")
    right = {"challenge": challenge, "totpCode": app.at(time.time() + 30)}
    second = await somebody.post("sessions:complete-sign-in", right)
    assert second["account"]["name"] == account
    refused = await somebody.refused("POST", "sessions:complete-sign-in", right)
    assert (refused.status, refused.reason) == (401, "INVALID_CHALLENGE")


async def test_signing_in_takes_a_passkey_and_nothing_else(platform: Platform) -> None:
    somebody, account, credentials = await _signed_in(platform)
    device = Authenticator(origin=f"http://localhost:{platform.environment['XORB_GATEWAY_PORT']}")
    proof = {"proof": {"password": credentials["password"]}}
    begun = await somebody.post(f"{account}/passkeys:begin", proof)
    credential = device.create(json.loads(begun["options"]))
    answer = {"challenge": begun["challenge"], "credential": credential, "displayName": "Phone"}
    assert (await somebody.post(f"{account}/passkeys:finish", answer))["passkey"]["displayName"] == "Phone"
    begun = await somebody.post("sessions:begin-passkey-sign-in")
    answer = {"challenge": begun["challenge"], "credential": device.get(json.loads(begun["options"]))}
    session = await replace(somebody, token="").post("sessions:finish-passkey-sign-in", answer)
    again = replace(somebody, token=session["accessToken"])
    (passkey,) = (await again.get(f"{account}/passkeys"))["passkeys"]
    refused = await again.refused("POST", f"{passkey['name']}:remove")
    assert (refused.status, refused.reason) == (403, "REAUTHENTICATION_REQUIRED")
    await again.post(f"{passkey['name']}:remove", proof)
