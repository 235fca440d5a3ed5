"""What is said to browsers and what they answer: registration and authentication (WebAuthn Level 3, section 7)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import webauthn
from webauthn.helpers import (
    options_to_json,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.security.identity.challenges.domain import LIFETIME
from services.security.identity.domain import Account
from services.security.identity.passkeys.domain import Credential

_NAME = "XORB"
_MILLISECONDS = int(LIFETIME.total_seconds() * 1000)
_ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
# The library's own check doesn't tell a copied key from any other failure; the count is compared by who called.
_COUNT_UNCHECKED = -1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Claim:
    """What an answer says of itself before anything is verified: the credential, and whose it is, if it says so."""

    credential: bytes
    user: bytes | None


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site that passkeys are for.

    Attributes:
        id: Its domain name, such as `xorb.example.org`; passkeys of another one never work here.
        origins: The addresses of the pages that may ask for them, such as `https://xorb.example.org`.
    """

    id: str
    origins: tuple[str, ...]

    def creation_options(self, account: Account, nonce: bytes, existing: Iterable[Credential]) -> str:
        """Returns what a browser is asked to register, as JSON; devices that have a passkey already refuse."""
        options = webauthn.generate_registration_options(
            rp_id=self.id,
            rp_name=_NAME,
            user_id=account.id.bytes,
            user_name=account.email,
            user_display_name=account.display_name,
            challenge=nonce,
            timeout=_MILLISECONDS,
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[_descriptor(credential) for credential in existing],
            supported_pub_key_algs=_ALGORITHMS,
        )
        return options_to_json(options)

    def request_options(self, nonce: bytes, allowed: Iterable[Credential] = ()) -> str:
        """Returns what a browser is asked to sign in with, as JSON.

        Args:
            nonce: What is to be signed.
            allowed: The passkeys that may be used, as a second factor; any that are on the device where there are
                none, and then the device must check who its user is.
        """
        descriptors = [_descriptor(credential) for credential in allowed]
        requirement = UserVerificationRequirement
        options = webauthn.generate_authentication_options(
            rp_id=self.id,
            challenge=nonce,
            timeout=_MILLISECONDS,
            allow_credentials=descriptors,
            user_verification=requirement.PREFERRED if descriptors else requirement.REQUIRED,
        )
        return options_to_json(options)

    def registered(self, answer: str, nonce: bytes) -> Credential | None:
        """Returns the credential that a browser registered; None where the answer doesn't verify.

        Args:
            answer: RegistrationResponseJSON.
            nonce: What it was asked to answer.
        """
        return _untrusted(lambda: self._registered(answer, nonce))

    def sign_count(self, answer: str, nonce: bytes, credential: Credential, *, user_verified: bool) -> int | None:
        """Returns the count of uses that a verified answer tells; None where the answer doesn't verify.

        Args:
            answer: AuthenticationResponseJSON.
            nonce: What it was asked to answer.
            credential: What it must be signed with.
            user_verified: Whether the device must have checked who its user is.
        """
        return _untrusted(lambda: self._sign_count(answer, nonce, credential, user_verified=user_verified))

    def _registered(self, answer: str, nonce: bytes) -> Credential | None:
        parsed = parse_registration_credential_json(answer)
        if parse_client_data_json(parsed.response.client_data_json).cross_origin:
            return None
        verified = webauthn.verify_registration_response(
            credential=parsed,
            expected_challenge=nonce,
            expected_rp_id=self.id,
            expected_origin=list(self.origins),
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
        return Credential(
            verified.credential_id,
            verified.credential_public_key,
            verified.sign_count,
            tuple(transport.value for transport in parsed.response.transports or ()),
            verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        )

    def _sign_count(self, answer: str, nonce: bytes, credential: Credential, *, user_verified: bool) -> int | None:
        parsed = parse_authentication_credential_json(answer)
        if parse_client_data_json(parsed.response.client_data_json).cross_origin:
            return None
        verified = webauthn.verify_authentication_response(
            credential=parsed,
            expected_challenge=nonce,
            expected_rp_id=self.id,
            expected_origin=list(self.origins),
            credential_public_key=credential.public_key,
            credential_current_sign_count=_COUNT_UNCHECKED,
            require_user_verification=user_verified,
        )
        return verified.new_sign_count


def claim(answer: str) -> Claim | None:
    """Returns which credential an AuthenticationResponseJSON says it is of; None where it isn't one."""
    parsed = _untrusted(lambda: parse_authentication_credential_json(answer))
    return Claim(parsed.raw_id, parsed.response.user_handle) if parsed else None


def _descriptor(credential: Credential) -> PublicKeyCredentialDescriptor:
    known = {transport.value for transport in AuthenticatorTransport}
    transports = [AuthenticatorTransport(one) for one in credential.transports if one in known]
    return PublicKeyCredentialDescriptor(id=credential.id, transports=transports or None)


def _untrusted(parse: Callable[[], T]) -> T | None:
    """Returns what a stranger's bytes came to; None for whatever they broke in a parser."""
    try:
        return parse()
    except Exception:  # noqa: BLE001 - the library lets errors of JSON, CBOR and cryptography through
        return None
