"""Each kind has one normal form, whatever way a report writes it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intelligence.indicators.observables import Kind, Observable, Refused, detect, normalize

SPELLINGS = [
    (Kind.IPV4, "192[.]0[.]2(.)1", "192.0.2.1"),
    (Kind.IPV4, "::ffff:192.0.2.1", "192.0.2.1"),
    (Kind.IPV6, "2001:DB8:0:0::1", "2001:db8::1"),
    (Kind.CIDR, "192.0.2.77/24", "192.0.2.0/24"),
    (Kind.CIDR, "2001:db8::1/32", "2001:db8::/32"),
    (Kind.DOMAIN, "Evil[.]COM.", "evil.com"),
    (Kind.DOMAIN, "evil(dot)com", "evil.com"),
    (Kind.DOMAIN, "evil[.com", "evil.com"),
    (Kind.DOMAIN, "*.evil.com", "evil.com"),
    (Kind.DOMAIN, "bücher.example", "xn--bcher-kva.example"),
    (Kind.DOMAIN, "BÜCHER\u3002example", "xn--bcher-kva.example"),
    (Kind.DOMAIN, "_dmarc.evil.com", "_dmarc.evil.com"),
    (Kind.EMAIL, "Mallory[at]Evil[.]com", "mallory@evil.com"),
    (Kind.URL, "hxxps://Evil[.]com:443", "https://evil.com/"),
    (Kind.URL, "hxxp[://]evil.com:80/a/./b/../c#top", "http://evil.com/a/c"),
    (Kind.URL, "http://evil.com/%7euser/%2Fx%3d", "http://evil.com/~user/%2Fx%3D"),
    (Kind.URL, "http://evil.com:8080?q=a b", "http://evil.com:8080/?q=a%20b"),
    (Kind.URL, "http://0x7f.1/", "http://127.0.0.1/"),
    (Kind.URL, "http://[2001:DB8::0:1]:80/x", "http://[2001:db8::1]/x"),
    (Kind.URL, "http://evil.com/ü", "http://evil.com/%C3%BC"),
    (Kind.MD5, "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"),
    (Kind.FILE_NAME, r"C:\Temp\Evil.EXE", "evil.exe"),
    (Kind.FILE_PATH, r"C:\Temp\Evil.EXE", "c:/temp/evil.exe"),
    (Kind.REGISTRY_KEY, "HKLM\\Software\\Run\\", "hkey_local_machine\\software\\run"),
    (Kind.ASN, "asn 64496", "AS64496"),
]
REFUSED = [
    (Kind.IPV4, "1.2.3", "address"),
    (Kind.IPV4, "010.0.0.1", "address"),
    (Kind.CIDR, "0.0.0.0/0", "every address"),
    (Kind.DOMAIN, "com", "one label"),
    (Kind.DOMAIN, "192.0.2.1", "number"),
    (Kind.DOMAIN, "a..com", "no domain"),
    (Kind.DOMAIN, "x" * 64 + ".com", "no domain"),
    (Kind.URL, "evil.com", "no URL"),
    (Kind.URL, "http:///x", "no host"),
    (Kind.URL, "http://evil.com:70000/", "65535"),
    (Kind.SHA256, "ab", "64"),
    (Kind.ASN, "AS99999999999", "autonomous"),
    (Kind.MUTEX, " ", "empty"),
    (Kind.DOMAIN, "x" * 10_000, "8192"),
]


@pytest.mark.parametrize(("kind", "spelt", "normal"), SPELLINGS)
def test_one_form(kind: Kind, spelt: str, normal: str) -> None:
    assert normalize(kind, spelt) == Observable(kind, normal)


@pytest.mark.parametrize(("kind", "text", "why"), REFUSED)
def test_what_is_refused_says_why(kind: Kind, text: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        normalize(kind, text)


def test_a_network_of_one_address_is_the_address() -> None:
    assert normalize(Kind.CIDR, "192.0.2.1/32") == Observable(Kind.IPV4, "192.0.2.1")


def test_a_mapped_address_is_what_it_means() -> None:
    assert normalize(Kind.IPV6, "::ffff:c000:201") == Observable(Kind.IPV4, "192.0.2.1")


PIECES = st.sampled_from(
    ["hxxp", "http", "://", "[.]", "(dot)", "[:]", ".", "evil", "com", "/", "..", "%2", "%41", "%", "\\", "@", "[", "]",
     ":", "80", "192.0.2.1", "::1", "#", "?", "é", "ß", "İ", "\u3002", " ", "\t", "\u200b", "xn--", "-", "_", "HKLM"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join))


@settings(max_examples=200, deadline=None)
@given(kind=st.sampled_from(Kind), text=TEXTS)
def test_normalizing_twice_is_normalizing_once(kind: Kind, text: str) -> None:
    try:
        once = normalize(kind, text)
    except Refused:
        return
    assert normalize(once.kind, once.value) == once


@settings(max_examples=200, deadline=None)
@given(text=TEXTS)
def test_what_is_detected_is_normal(text: str) -> None:
    try:
        found = detect(text)
    except Refused:
        return
    assert normalize(found.kind, found.value) == found


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("piece", ["[.]", "%", "../", "a.", "\\.", "[", "\u3002", "ü", "xn--", "@", " "])
def test_long_input_ends(kind: Kind, piece: str) -> None:
    for text in (piece * (8192 // len(piece)), "http://evil.com/" + piece * 2000):
        try:
            made = normalize(kind, text)
        except Refused:
            continue
        assert made == normalize(made.kind, made.value)
