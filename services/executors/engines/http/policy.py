"""Header values judged: what makes a policy that is there a weak one."""

import re
from collections.abc import Callable

HALF_A_YEAR = 15_552_000
"""Seconds of the shortest useful max-age: below, the protection lapses between visits."""

_SCRIPT_DIRECTIVES = ("script-src", "default-src")
_SAFEGUARDS = ("'nonce-", "'sha256-", "'sha384-", "'sha512-", "'strict-dynamic'")
_ANYWHERE = frozenset({"*", "http:", "https:", "data:"})


def short_lived(value: str) -> bool:
    """Tell whether a Strict-Transport-Security value (RFC 6797 §6.1) protects for less than half a year."""
    age = re.search(r"max-age\s*=\s*\"?(\d+)", value, re.IGNORECASE)
    return age is None or int(age.group(1)[:12]) < HALF_A_YEAR


def lets_scripts_in(value: str) -> bool:
    """Tell whether a Content-Security-Policy value (CSP level 3 §6.7) lets injected scripts run."""
    directives: dict[str, list[str]] = {}
    for directive in value.lower().split(";"):
        name, *sources = directive.split() or [""]
        directives.setdefault(name, sources)
    governing = next((directives[name] for name in _SCRIPT_DIRECTIVES if name in directives), None)
    if governing is None:
        return True
    if any(source.startswith(_SAFEGUARDS) for source in governing):
        return False
    return "'unsafe-inline'" in governing or not _ANYWHERE.isdisjoint(governing)


def names_version(value: str) -> bool:
    """Tell whether a Server value names a product's version (RFC 9110 §10.2.4)."""
    return re.search(r"/v?\d", value) is not None


def names_anything(value: str) -> bool:
    """Tell whether a value says anything at all."""
    return bool(value.strip())


JUDGEMENTS: dict[str, Callable[[str], bool]] = {
    "short-lived": short_lived,
    "lets-scripts-in": lets_scripts_in,
    "names-version": names_version,
    "names-anything": names_anything,
}
"""The judgements that a declaration can name."""
