"""Whether an answer was given with a passkey that we know."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services.mesh import calls, names
from services.mesh.database import Unit
from services.mesh.events.model import Event
from services.security.identity.passkeys import ceremony, domain, store
from services.security.identity.passkeys.ceremony import RelyingParty
from services.security.identity.passkeys.domain import Passkey


@dataclass
class Assertions:
    """Verifies answers. What it notices is told in the unit, so the unit must commit."""

    party: RelyingParty

    async def passkey(self, unit: Unit, answer: str, nonce: bytes, account: UUID | None = None) -> Passkey | None:
        """Returns the passkey that an answer was given with; it has been used then. None for a wrong answer.

        Args:
            unit: Where the passkey is.
            answer: AuthenticationResponseJSON.
            nonce: What it answers.
            account: Whose passkey it must be, as a second factor; None to sign in with nothing else, where the device
                must have checked who its user is, and must say whose passkey it is.
        """
        claim = ceremony.claim(answer)
        found = await store.by_credential(unit, claim.credential) if claim else None
        if claim is None or found is None or found.account != (account or found.account):
            return None
        calls.concern(found.account)
        if account is None and claim.user != found.account.bytes:
            return None
        count = self.party.sign_count(answer, nonce, found.credential, user_verified=account is None)
        if count is None or not _goes_on(unit, found, count):
            return None
        await store.use(unit, found.id, count, datetime.now(UTC))
        return found


def _goes_on(unit: Unit, found: Passkey, count: int) -> bool:
    if domain.counts_on(found.credential.sign_count, count):
        return True
    account = names.join("accounts", found.account)
    text = f"The passkey {found.display_name} seems to have been copied"
    unit.record(Event("account.passkey_copied", account, text), found.account)
    return False
