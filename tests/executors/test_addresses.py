"""Hosts read strictly, and addresses nobody's scope can hold."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.executors.addresses import parse_host, refusal
from services.executors.domain import OutOfScope

TRICKS = [
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "127.1",
    "127.0.1",
    "127.0.0.01",
    "127.0.0.1.",
    "1.2.3.4.5",
    "256.1.1.1",
    "example.com.",
    "",
    "a" * 300,
    "a" * 64 + ".example",
    "ex ample.com",
    "exämple.com",
    "еxample.com",  # noqa: RUF001  a Cyrillic letter is the point
    "１２７.0.0.1",  # noqa: RUF001  fullwidth digits are the point
    "example。com",
    "fe80::1%eth0",
    "fe80::1%25eth0",
    "[::1]",
    "user@example.com",
    "example.com/path",
    "example.com#x",
    "example.com\\.evil",
    "example.com\0.evil",
    "-example.com",
    "example..com",
    "localhost\n",
    "%6c%6f%63%61%6c",
]


@pytest.mark.parametrize("text", TRICKS)
def test_doubtful_hosts_are_refused(text: str) -> None:
    with pytest.raises(OutOfScope):
        parse_host(text)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("192.0.2.1", ip_address("192.0.2.1")),
        ("2001:db8::1", ip_address("2001:db8::1")),
        ("WWW.Example.COM", "www.example.com"),
        ("xn--exmple-cua.com", "xn--exmple-cua.com"),
        ("_dmarc.example.com", "_dmarc.example.com"),
    ],
)
def test_plain_hosts_are_read(text: str, host: object) -> None:
    assert parse_host(text) == host


@given(st.text(max_size=40))
def test_reading_a_host_refuses_or_gives_a_canonical_form(text: str) -> None:
    try:
        host = parse_host(text)
    except OutOfScope:
        return
    assert parse_host(str(host)) == host


ALWAYS_REFUSED = {
    "169.254.169.254": "metadata",
    "fd00:ec2::254": "metadata",
    "100.100.100.200": "metadata",
    "168.63.129.16": "metadata",
    "169.254.1.1": "link-local",
    "fe80::1": "link-local",
    "0.0.0.0": "unspecified",  # noqa: S104  nothing is bound to it
    "0.1.2.3": "this network",
    "::": "unspecified",
    "224.0.0.1": "multicast",
    "ff02::1": "multicast",
    "255.255.255.255": "reserved",
    "240.0.0.1": "reserved",
    "::ffff:127.0.0.1": "IPv4-mapped",
    "::ffff:8.8.8.8": "IPv4-mapped",
    "::ffff:0:169.254.169.254": "IPv4-translated",
    "::127.0.0.1": "IPv4-compatible",
    "2002:7f00:1::": "6to4",
    "64:ff9b::a9fe:a9fe": "NAT64",
    "64:ff9b:1::7f00:1": "NAT64",
    "2001:0:7f00:1::": "Teredo",
    "fec0::1": "reserved",
}


@pytest.mark.parametrize(("text", "why"), ALWAYS_REFUSED.items())
def test_special_addresses_are_refused_whatever_the_operator_allows(text: str, why: str) -> None:
    assert why in refusal(ip_address(text), allow_loopback=True, allow_private=True)


@pytest.mark.parametrize("text", ["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd12::1", "192.0.2.1"])
def test_private_addresses_need_the_operators_word(text: str) -> None:
    address = ip_address(text)
    assert "private" in refusal(address, allow_loopback=False, allow_private=False)
    assert refusal(address, allow_loopback=False, allow_private=True) == ""


@pytest.mark.parametrize("text", ["127.0.0.1", "127.255.255.254", "::1"])
def test_loopback_needs_the_operators_word(text: str) -> None:
    address = ip_address(text)
    assert "loopback" in refusal(address, allow_loopback=False, allow_private=True)
    assert refusal(address, allow_loopback=True, allow_private=False) == ""


@pytest.mark.parametrize("text", ["8.8.8.8", "2606:4700::1111"])
def test_public_addresses_are_fine(text: str) -> None:
    assert refusal(ip_address(text), allow_loopback=False, allow_private=False) == ""
