"""Well-known weaknesses by the names that tools' checks for them have."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

OURS = ""
"""The tool of our own executors."""
SITE = frozenset({"missing-hsts", "tls-1.0", "tls-1.1", "ssl-2", "ssl-3", "rc4", "heartbleed"})
"""Weaknesses of a whole host and port; of others, each page may have its own."""

_CHECKS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "missing-hsts": {
        OURS: ("http.missing-hsts",),
        "zap": ("10035", "10035-1"),
        "nuclei": ("http-missing-security-headers:strict-transport-security",),
        "nikto": ("999970",),
        "wapiti": ("http secure headers: strict-transport-security is not set",),
        "testssl.sh": ("hsts",),
        "burp": ("16777984",),
        "acunetix 360": ("hstsnotenabled", "hstspolicynotenabled"),
    },
    "missing-csp": {
        OURS: ("http.missing-csp",),
        "zap": ("10038", "10038-1"),
        "nuclei": ("http-missing-security-headers:content-security-policy",),
        "wapiti": (
            "content security policy configuration: csp is not set",
            "cross site request forgery: csp is not set",
        ),
        "acunetix": ("/httpdata/csp_not_implemented.js",),
        "acunetix 360": ("cspnotimplemented",),
    },
    "missing-frame-protection": {
        OURS: ("http.missing-frame-protection",),
        "zap": ("10020", "10020-1"),
        "nuclei": ("http-missing-security-headers:x-frame-options",),
        "nikto": ("999957", "999976"),
        "wapiti": ("http secure headers: x-frame-options is not set",),
        "acunetix 360": ("missingxframeoptionsheader",),
    },
    "missing-content-type-options": {
        OURS: ("http.missing-content-type-options",),
        "zap": ("10021", "10021-1"),
        "nuclei": ("http-missing-security-headers:x-content-type-options",),
        "nikto": ("999103",),
        "wapiti": ("http secure headers: x-content-type-options is not set",),
        "acunetix 360": ("missingcontenttypeheader",),
    },
    "missing-referrer-policy": {
        OURS: ("http.missing-referrer-policy",),
        "nuclei": ("http-missing-security-headers:referrer-policy",),
        "acunetix 360": ("referrerpolicynotimplemented",),
    },
    "missing-permissions-policy": {
        OURS: ("http.missing-permissions-policy",),
        "zap": ("10063", "10063-1"),
        "nuclei": ("http-missing-security-headers:permissions-policy",),
    },
    "tls-1.0": {OURS: ("tls.protocol-tls1-0",), "testssl.sh": ("tls1",), "nuclei": ("deprecated-tls:tls_1.0",)},
    "tls-1.1": {OURS: ("tls.protocol-tls1-1",), "testssl.sh": ("tls1_1",), "nuclei": ("deprecated-tls:tls_1.1",)},
    "ssl-2": {OURS: ("tls.protocol-ssl2",), "testssl.sh": ("sslv2",), "nessus": ("20007",)},
    "ssl-3": {OURS: ("tls.protocol-ssl3",), "testssl.sh": ("sslv3",)},
    "rc4": {OURS: ("tls.suites-rc4",), "testssl.sh": ("rc4",), "nessus": ("65821",)},
    "heartbleed": {OURS: ("tls.heartbleed",), "testssl.sh": ("heartbleed",), "nessus": ("73412",)},
}


def _names() -> Iterator[tuple[tuple[str, str], str]]:
    for weakness, tools in _CHECKS.items():
        for tool, checks in tools.items():
            for check in checks:
                yield (tool, check), weakness


NAMES: Mapping[tuple[str, str], str] = MappingProxyType(dict(_names()))
"""The weakness that a tool's check looks for, tool and check in lower case."""
