"""The end of an organization's keys: one that was made behind its deletion would stay in Vault for ever."""

from sqlalchemy import text

from services.mesh.encryption.rows import Rows

_TOPIC = "keys"
_GONE = text("SELECT EXISTS (SELECT FROM erasures WHERE organization_id = :organization)")


async def takes_keys(rows: Rows) -> bool:
    """Returns whether the organization may be given a key, which stays so until the transaction ends."""
    await wait(rows)
    gone: bool = (await rows.execute(_GONE, {"organization": rows.organization})).scalar_one()
    return not gone


async def wait(rows: Rows) -> None:
    """Waits for whoever gives the organization a key; nobody else does so until the transaction ends."""
    await rows.serialize(_TOPIC)
