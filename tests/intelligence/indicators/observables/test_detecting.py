"""A plain line tells what it is."""

import pytest

from services.intelligence.indicators.observables import Kind, Observable, Refused, detect

LINES = [
    ("192.0.2[.]1", Kind.IPV4, "192.0.2.1"),
    ("192.0.2.1:443", Kind.IPV4, "192.0.2.1"),
    ("[2001:db8::1]:443", Kind.IPV6, "2001:db8::1"),
    ("2001:db8::1", Kind.IPV6, "2001:db8::1"),
    ("192.0.2.0/24", Kind.CIDR, "192.0.2.0/24"),
    ('"evil[.]com",', Kind.DOMAIN, "evil.com"),
    ("evil.com:8080", Kind.DOMAIN, "evil.com"),
    ("evil.com/login", Kind.URL, "http://evil.com/login"),
    ("hxxps://evil.com/", Kind.URL, "https://evil.com/"),
    ("a@evil.com", Kind.EMAIL, "a@evil.com"),
    ("A" * 40, Kind.SHA1, "a" * 40),
    ("evil.exe", Kind.FILE_NAME, "evil.exe"),
    ("evil.zip", Kind.DOMAIN, "evil.zip"),
    (r"C:\Windows\evil.exe", Kind.FILE_PATH, "c:/windows/evil.exe"),
    (r"HKCU\Software\Evil", Kind.REGISTRY_KEY, r"hkey_current_user\software\evil"),
    ("AS64496", Kind.ASN, "AS64496"),
]


@pytest.mark.parametrize(("line", "kind", "value"), LINES)
def test_told(line: str, kind: Kind, value: str) -> None:
    assert detect(line) == Observable(kind, value)


@pytest.mark.parametrize("line", ["", "  ", "evil", "not a thing", "999.1.1.1"])
def test_what_can_not_be_told_is_refused(line: str) -> None:
    with pytest.raises(Refused):
        detect(line)
