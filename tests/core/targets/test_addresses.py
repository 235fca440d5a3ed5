"""What can be a target, and the one form that it is stored in."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.targets.addresses import Rules
from services.core.targets.domain import Kind
from services.mesh.errors import Failure, Reason

PUBLIC = Rules()
LENIENT = Rules(allow_loopback=True, allow_private=True)
LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True).filter(lambda label: label[2:4] != "--")
NAMES = st.builds(".".join, st.lists(LABELS, min_size=2, max_size=4)).filter(
    lambda name: not name.endswith((".local", ".internal", ".arpa", ".localhost"))
)
# UTS 46 maps digits of full width to ASCII, as browsers do.
FULL_WIDTH = "127.0.0.1".translate({ord(digit): ord(digit) - ord("0") + 0xFF10 for digit in "0127"})


def read(kind: Kind, text: str, rules: Rules = PUBLIC) -> str:
    return rules.read(kind, text).text


def attempt(kind: Kind, text: str, rules: Rules) -> str | Failure:
    try:
        return rules.read(kind, text).text
    except Failure as failure:
        return failure


def refused(kind: Kind, text: str, rules: Rules = PUBLIC) -> Failure:
    with pytest.raises(Failure) as caught:
        rules.read(kind, text)
    assert [violation.field for violation in caught.value.fields] == [f"target.{kind.value}"]
    return caught.value


@pytest.mark.parametrize(
    ("kind", "text", "canonical"),
    [
        (Kind.HOST, "EXAMPLE.com.", "example.com"),
        (Kind.HOST, "  example.com ", "example.com"),
        (Kind.HOST, "bücher.example", "xn--bcher-kva.example"),
        (Kind.HOST, "XN--bcher-kva.example.", "xn--bcher-kva.example"),
        (Kind.HOST, "example。com", "example.com"),
        (Kind.HOST, "8.8.8.8", "8.8.8.8"),
        (Kind.HOST, "2606:4700:0:0:0::1111", "2606:4700::1111"),
        (Kind.HOST, "2606:4700::ABCD", "2606:4700::abcd"),
        (Kind.CIDR, "8.8.8.0/24", "8.8.8.0/24"),
        (Kind.CIDR, "8.8.4.0/22", "8.8.4.0/22"),
        (Kind.CIDR, "8.8.8.8/32", "8.8.8.8/32"),
        (Kind.CIDR, "2606:4700:0::/118", "2606:4700::/118"),
        (Kind.URL, "HTTPS://Example.COM", "https://example.com/"),
        (Kind.URL, "https://example.com:443/", "https://example.com/"),
        (Kind.URL, "http://example.com.:80/A?b=C", "http://example.com/A?b=C"),
        (Kind.URL, "http://example.com:8080/", "http://example.com:8080/"),
        (Kind.URL, "https://bücher.example:8443/ä", "https://xn--bcher-kva.example:8443/%C3%A4"),
        (Kind.URL, "https://[2606:4700:0::1111]:443/", "https://[2606:4700::1111]/"),
    ],
)
def test_reads_an_address_in_one_form(kind: Kind, text: str, canonical: str) -> None:
    assert read(kind, text) == canonical
    assert read(kind, canonical) == canonical


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (Kind.HOST, "a" * 300, "this one has 300"),
        (Kind.HOST, "ü" * 300 + ".example", "not an internationalized name"),
        (Kind.HOST, "", "1 to 253 characters"),
        (Kind.HOST, "exa mple.com", "neither an address nor a host name"),
        (Kind.HOST, "example.com..", "ends with a dot"),
        (Kind.HOST, "example.com:80", "neither an address nor a host name"),
        (Kind.HOST, "https://example.com", "web site as url"),
        (Kind.HOST, "8.8.8.0/24", "block as cidr_block"),
        (Kind.HOST, "[2606:4700::1]", "neither an address nor a host name"),
        (Kind.HOST, "fe80::1%eth0", "zone"),
        (Kind.HOST, "xn--zzzzz999.example", "not an internationalized name"),
        (Kind.HOST, "*.example.com", "neither an address nor a host name"),
        (Kind.HOST, "example\0.com", "neither an address nor a host name"),
        (Kind.HOST, "127.1", "not a dotted-decimal address"),
        (Kind.HOST, "2130706433", "not a dotted-decimal address"),
        (Kind.HOST, "0177.0.0.1", "not a dotted-decimal address"),
        (Kind.HOST, "0x7f.0.0.1", "not a dotted-decimal address"),
        (Kind.HOST, "0x7f000001", "not a dotted-decimal address"),
        (Kind.CIDR, "8.8.8.0", "not a block"),
        (Kind.CIDR, "8.8.8.0/33", "not a block"),
        (Kind.CIDR, "8.8.8.0/024", "not a block"),
        (Kind.CIDR, "8.8.8.0/255.255.255.0", "not a block"),
        (Kind.CIDR, "8.8.8.1/24", r"is it 8\.8\.8\.0/24"),
        (Kind.CIDR, "example.com/24", "not a block"),
        (Kind.URL, "example.com", "starts with http"),
        (Kind.URL, "ftp://example.com/", "starts with http"),
        (Kind.URL, "file:///etc/passwd", "starts with http"),
        (Kind.URL, "https://user:secret@example.com/", "credentials"),
        (Kind.URL, "https://user@bücher.example/", "credentials"),
        (Kind.URL, "https://example.com/#top", "fragment"),
        (Kind.URL, "https://example.com/#", "fragment"),
        (Kind.URL, "https://", "1 to 253 characters"),
        (Kind.URL, "https://exa\tmple.com/", "printable"),
        (Kind.URL, "https://example.com\\@example.org/", "printable"),
        (Kind.URL, "https://example.com:99999/", "bad host or port"),
        (Kind.URL, "https://example.com:0/", "port 0"),
        (Kind.URL, "https://0x7f.1/", "not a dotted-decimal address"),
        (Kind.URL, "https://example.com/" + "ä" * 400, "more than 2048 characters"),
    ],
)
def test_refuses_what_is_no_address(kind: Kind, text: str, words: str) -> None:
    failure = refused(kind, text, LENIENT)
    assert failure.reason is Reason.INVALID_FIELD
    assert re.search(words, str(failure))
    assert "secret" not in str(failure)


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (Kind.HOST, "127.0.0.1", "loopback"),
        (Kind.HOST, "::1", "loopback"),
        (Kind.HOST, "localhost", "loopback"),
        (Kind.HOST, "a.localhost.", "loopback"),
        (Kind.HOST, FULL_WIDTH, "loopback"),
        (Kind.HOST, "10.0.0.1", "private"),
        (Kind.HOST, "100.64.0.1", "private"),
        (Kind.HOST, "fd00::1", "private"),
        (Kind.HOST, "intranet", "not a public name"),
        (Kind.HOST, "printer.local", "not a public name"),
        (Kind.HOST, "router.home.arpa", "not a public name"),
        (Kind.CIDR, "127.0.0.0/30", "loopback"),
        (Kind.CIDR, "192.168.0.0/24", "private"),
        (Kind.URL, "http://127.0.0.1:8081/", "loopback"),
        (Kind.URL, "http://[::1]/", "loopback"),
        (Kind.URL, "http://10.0.0.1/", "private"),
    ],
)
def test_refuses_what_only_the_operator_can_allow(kind: Kind, text: str, words: str) -> None:
    failure = refused(kind, text)
    assert failure.reason is Reason.FORBIDDEN_TARGET
    assert words in str(failure)
    assert read(kind, text, LENIENT)


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (Kind.HOST, "169.254.169.254", "metadata"),
        (Kind.HOST, "metadata.google.internal", "metadata"),
        (Kind.HOST, "169.254.1.1", "link-local"),
        (Kind.HOST, "fe80::1", "link-local"),
        (Kind.HOST, "224.0.0.1", "multicast"),
        (Kind.HOST, "ff02::1", "multicast"),
        (Kind.HOST, "0.0.0.0", "unspecified"),  # noqa: S104 - nothing is bound
        (Kind.HOST, "::", "unspecified"),
        (Kind.HOST, "255.255.255.255", "reserved"),
        (Kind.HOST, "::ffff:127.0.0.1", "IPv4-mapped"),
        (Kind.HOST, "64:ff9b::7f00:1", "NAT64"),
        (Kind.HOST, "2002:7f00:1::", "6to4"),
        (Kind.CIDR, "0.0.0.0/0", "4,294,967,296 addresses"),
        (Kind.CIDR, "::/0", "at most can be one target"),
        (Kind.CIDR, "8.8.0.0/21", "2,048 addresses"),
        (Kind.CIDR, "8.8.8.8/21", "2,048 addresses"),
        (Kind.CIDR, "2606:4700::/117", "2,048 addresses"),
        (Kind.CIDR, "168.63.129.0/24", r"168.63.129.16 is a cloud metadata"),
        (Kind.CIDR, "169.254.169.0/24", "link-local"),
        (Kind.URL, "http://169.254.169.254/latest/", "metadata"),
    ],
)
def test_refuses_what_nobody_can_allow(kind: Kind, text: str, words: str) -> None:
    failure = refused(kind, text, LENIENT)
    assert failure.reason is Reason.FORBIDDEN_TARGET
    assert words in str(failure)


@given(NAMES, st.booleans(), st.booleans())
def test_names_have_one_form(name: str, shout: bool, dot: bool) -> None:
    written = (name.upper() if shout else name) + ("." if dot else "")
    assert read(Kind.HOST, written) == name
    assert read(Kind.URL, f"HTTPS://{written}:443") == f"https://{name}/"


@given(st.ip_addresses())
def test_addresses_have_one_form_or_none(address: IPv4Address | IPv6Address) -> None:
    outcome = attempt(Kind.HOST, address.exploded, PUBLIC)
    if isinstance(outcome, Failure):
        assert outcome.reason is Reason.FORBIDDEN_TARGET
    else:
        assert outcome == str(address)
        assert address.is_global
        assert not address.is_multicast


@given(st.text(max_size=300), st.sampled_from(Kind))
def test_any_text_is_refused_in_words_or_has_one_form(text: str, kind: Kind) -> None:
    outcome = attempt(kind, text, LENIENT)
    if isinstance(outcome, Failure):
        assert outcome.reason in {Reason.INVALID_FIELD, Reason.FORBIDDEN_TARGET}
        assert str(outcome).startswith(f"target.{kind.value}: ")
    else:
        assert read(kind, outcome, LENIENT) == outcome
        assert outcome.isascii()


@given(st.integers(0, 117))
def test_no_wide_block_of_ipv6_passes(prefix: int) -> None:
    block = IPv6Network(("2606:4700::", prefix), strict=False)
    assert refused(Kind.CIDR, str(block), LENIENT).reason is Reason.FORBIDDEN_TARGET
