"""Events match indicators at the right boundaries, and changes are seen at once."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intelligence.indicators.matching import Index, Match, observables_of
from services.intelligence.indicators.observables import Kind, normalize

SHA256 = "ab" * 32


def index(*named: tuple[Kind, str]) -> Index:
    """Returns an index in which each observable is named by its place."""
    made = Index()
    for place, (kind, text) in enumerate(named):
        assert made.add(place, normalize(kind, text))
    return made


def fields(found: list[Match]) -> list[tuple[object, str]]:
    return [(match.indicator, match.field) for match in found]


@pytest.mark.parametrize("name", ["evil.com", "a.evil.com", "a.b.EVIL.com.", "evil.com:443"])
def test_a_domain_matches_what_is_under_it(name: str) -> None:
    assert index((Kind.DOMAIN, "evil.com")).match_event({"query": name})


@pytest.mark.parametrize("name", ["notevil.com", "evil.com.example", "evil.co", "com", "evil-com", "", ".", "a" * 9000])
def test_a_domain_matches_nothing_else(name: str) -> None:
    assert not index((Kind.DOMAIN, "evil.com")).match_event({"query": name})


def test_a_match_explains_itself() -> None:
    made = index((Kind.DOMAIN, "evil.com"), (Kind.CIDR, "192.0.2.0/24"), (Kind.SHA256, SHA256), (Kind.MD5, "cd" * 16))
    event = {
        "QueryName": "c2.evil.com", "DestinationIp": "192.0.2.7", "Hashes": f"SHA256={SHA256.upper()},MD5={'cd' * 16}"
    }  # fmt: skip
    assert made.match_event(event) == [
        Match(0, "QueryName", "c2.evil.com", "is under the domain evil.com"),
        Match(1, "DestinationIp", "192.0.2.7", "is in the network 192.0.2.0/24"),
        Match(2, "Hashes", event["Hashes"], "is the sha256"),
        Match(3, "Hashes", event["Hashes"], "is the md5"),
    ]


def test_a_url_matches_by_itself_and_by_its_host() -> None:
    made = index((Kind.URL, "hxxp://evil[.]com/a"), (Kind.DOMAIN, "evil.com"), (Kind.CIDR, "192.0.2.0/24"))
    found = made.match_event({"http_request.url.url_string": "HTTP://evil.com:80/b/../a#x"})
    assert [(match.indicator, match.why) for match in found] == [(0, "is the url"), (1, "its host is the domain")]
    assert fields(made.match_event({"url.url_string": "http://192.0.2.9/"})) == [(2, "url.url_string")]


def test_addresses_are_told_by_what_they_mean() -> None:
    made = index((Kind.IPV4, "192.0.2.1"), (Kind.IPV6, "2001:db8::1"))
    event = {"src_ip": "::ffff:192.0.2.1", "dest_ip": "2001:DB8:0::1"}
    assert fields(made.match_event(event)) == [(0, "src_ip"), (1, "dest_ip")]
    assert not made.match_event({"src_ip": "192.0.2.10", "dest_ip": "2001:db8::10"})


def test_a_file_matches_by_its_name_and_by_its_path() -> None:
    made = index((Kind.FILE_NAME, "evil.exe"), (Kind.FILE_PATH, r"C:\Temp\evil.exe"))
    assert fields(made.match_event({"Image": r"c:\temp\EVIL.exe"})) == [(1, "Image"), (0, "Image")]
    assert not made.match_event({"Image": r"c:\temp\notevil.exe"})


def test_texts_match_in_their_normal_form() -> None:
    named = [(Kind.EMAIL, "a@evil.com"), (Kind.REGISTRY_KEY, r"HKLM\Run"), (Kind.USER_AGENT, "Evil/1"), (Kind.ASN, "1")]
    event = {"mailfrom": "A@evil.com", "TargetObject": r"HKEY_LOCAL_MACHINE\run", "user_agent": "Evil/1",
             "src_endpoint.autonomous_system.number": 1}  # fmt: skip
    assert [match.indicator for match in index(*named).match_event(event)] == [0, 1, 2, 3]


def test_a_change_is_seen_by_the_next_event() -> None:
    made, evil = Index(), normalize(Kind.DOMAIN, "evil.com")
    event = {"query": "a.evil.com"}
    assert not made.match_event(event)
    assert made.add("one", evil)
    assert not made.add("one", evil)
    assert made.add("two", evil)
    assert [match.indicator for match in made.match_event(event)] == ["one", "two"]
    assert made.remove("one", evil)
    assert not made.remove("one", evil)
    assert [match.indicator for match in made.match_event(event)] == ["two"]
    assert made.remove("two", evil)
    assert not made.match_event(event)
    assert len(made) == 0


def test_values_of_any_shape_are_taken() -> None:
    made = index((Kind.IPV4, "192.0.2.1"), (Kind.DOMAIN, "evil.com"))
    event = {
        "answers": ["x.example", "192.0.2.1", None, 3, "evil.com"],
        "query": None,
        "host": {"a": 1},
        "src_ip": True,
    }
    assert [match.value for match in made.match_event(event)] == ["192.0.2.1", "evil.com"]


def test_extraction_and_matching_agree() -> None:
    made = index((Kind.IPV4, "192.0.2.1"), (Kind.DOMAIN, "evil.com"))
    event = {
        "src_ip": "192.0.2.1",
        "unknown": "evil.com",
        "dns.rrname": "evil.com",
        "answers": ["evil.com", "b.example"],
    }
    assert made.match(observables_of(event)) == made.match_event(event)
    assert len(observables_of(event)) == 4


NETWORKS = st.builds(
    lambda number, length: ip_network((number & ~0 >> (32 - length) << (32 - length) if length else 0, length)),
    st.integers(0, 2**32 - 1), st.integers(1, 31),
)  # fmt: skip
NETWORKS6 = st.builds(
    lambda number, length: ip_network((number >> (128 - length) << (128 - length), length)),
    st.integers(0, 2**128 - 1), st.integers(1, 127),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(networks=st.lists(st.one_of(NETWORKS, NETWORKS6), unique=True, max_size=12), data=st.data())
def test_networks_as_the_standard_library_has_it(networks: list[object], data: st.DataObject) -> None:
    known = [ip_network(str(network)) for network in networks]
    made, removed = Index(), set(known[::3])
    for network in known:
        made.add(str(network), normalize(Kind.CIDR, str(network)))
    for network in removed:
        assert made.remove(str(network), normalize(Kind.CIDR, str(network)))
    near = [str(network[data.draw(st.integers(0, network.num_addresses - 1))]) for network in known]
    for text in [*near, str(data.draw(st.ip_addresses()))]:
        mapped = getattr(ip_address(text), "ipv4_mapped", None)
        address = mapped or ip_address(text)
        expected = {str(each) for each in known if each not in removed and address in each}
        assert {match.indicator for match in made.match_event({"src_ip": text})} == expected


LABELS = st.sampled_from(["a", "evil", "notevil", "com", "x"])
DOMAINS = st.lists(LABELS, min_size=2, max_size=5).map(".".join)


@settings(max_examples=100, deadline=None)
@given(named=st.sets(DOMAINS, max_size=8), name=DOMAINS)
def test_domains_as_a_naive_loop_has_it(named: set[str], name: str) -> None:
    made = Index()
    for each in named:
        made.add(each, normalize(Kind.DOMAIN, each))
    expected = {each for each in named if name == each or name.endswith("." + each)}
    assert {match.indicator for match in made.match_event({"query": name})} == expected


NAMED = st.sampled_from(["src_ip", "query", "Hashes", "Image", "url.url_string", "md5", "mailfrom"])
SHOWN = st.one_of(st.text(max_size=40), st.lists(st.text(max_size=9)), st.none(), st.integers())


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(NAMED, SHOWN))
def test_no_event_crashes_it(event: dict[str, object]) -> None:
    index((Kind.EMAIL, "a@evil.com"), (Kind.FILE_NAME, "evil"), (Kind.MD5, "ab" * 16)).match_event(event)
