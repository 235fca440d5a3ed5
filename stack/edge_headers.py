"""What the edge says to browsers on every reply, and what it doesn't believe of requests.

Sources: Content Security Policy 3, Fetch (CORP), HTML (COOP), Permissions Policy, Referrer Policy; OWASP ASVS 5, V3.4.
"""

import html
import re
from pathlib import Path
from typing import Any

Fragment = dict[str, Any]

_NOTHING = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
CONTENT_POLICY = f"default-src 'none'; {_NOTHING}"
"""For all that isn't a page: nothing is loaded, run or framed."""

HEADERS = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "accelerometer=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""On every reply, whatever made it."""

_IF_ABSENT = {"cache-control": "no-store", "content-security-policy": CONTENT_POLICY}
_META = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
UNTRUSTED = (
    "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-client-cert", "x-real-ip", "x-client-ip",
    "x-original-url", "x-rewrite-url", "x-http-method-override", "x-request-id",
)  # fmt: skip
"""Headers of a request by which somebody could claim to be elsewhere, or to ask for something else."""

_OURS = ("x-envoy-", "x-xorb-")


def response_mutations() -> list[Fragment]:
    """For Envoy's filter ``header_mutation``, which also sees the replies that the edge makes itself."""
    return [
        *(_set(key, value, "OVERWRITE_IF_EXISTS_OR_ADD") for key, value in HEADERS.items()),
        *(_set(key, value, "ADD_IF_ABSENT") for key, value in _IF_ABSENT.items()),
        *({"remove": name} for name in ("server", "via", "x-powered-by")),
    ]


def request_mutations() -> list[Fragment]:
    """For Envoy's early header mutation: before anything of the request is looked at."""
    ours = [{"remove_on_match": {"key_matcher": {"prefix": prefix}}} for prefix in _OURS]
    return [*({"remove": name} for name in UNTRUSTED), *ours]


def page_policy(page: Path) -> str:
    """The policy of a page: the one that it has for itself, and no frames; that of all else if it has none."""
    own = _META.search(page.read_text(encoding="utf-8"))
    return f"{html.unescape(own[1])}; {_NOTHING}" if own else CONTENT_POLICY


def _set(key: str, value: str, action: str) -> Fragment:
    return {"append": {"header": {"key": key, "value": value}, "append_action": action}}
