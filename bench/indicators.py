"""How many events a second are matched against a million indicators, on one core, and what memory the indicators take.

What is compared: a loop as one writes it first, of Python's own parts: a set of strings, the suffixes of a name, and
`ipaddress` for each network; of those it has a thousand only, or it would never end. All by processor
time of one process.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import TypeVar
from uuid import UUID

import psutil

from bench.report import emit
from services.intelligence.indicators.matching import Index
from services.intelligence.indicators.observables import Kind, Observable, normalize

INDICATORS = 1_000_000
EVENTS = 100_000
NAIVE_EVENTS = 500
NAIVE_NETWORKS = 1_000
CHANGES = 10_000
_CHOICE = random.Random(20_26)  # noqa: S311 - the same events in every run
Event = Mapping[str, object]
Value = TypeVar("Value")


async def main() -> None:
    """Loads a million indicators, matches realistic events and the worst ones, and changes the set in between."""
    index, reported = Index(), _indicators()
    before = psutil.Process().memory_info().rss
    started = time.process_time()
    for number, (kind, text) in enumerate(reported):
        index.add(UUID(int=number).bytes, normalize(kind, text))
    seconds = time.process_time() - started
    memory = (psutil.Process().memory_info().rss - before) / 2**20
    emit("indicators_load", indicators=len(index), per_second=len(index) / seconds, mib=memory)
    _measure("indicators_realistic", index, _realistic(EVENTS))
    _measure("indicators_worst", index, _worst(EVENTS))
    _naive("indicators_naive", reported, _worst(NAIVE_EVENTS))
    _changes(index)


def _measure(name: str, index: Index, events: Sequence[Event]) -> None:
    match, hits = index.match_event, 0
    started = time.process_time()
    for event in events:
        if match(event):
            hits += 1
    seconds = time.process_time() - started
    emit(name, events=len(events), matched=hits, events_per_second=len(events) / seconds)


def _naive(name: str, reported: Sequence[tuple[Kind, str]], events: Sequence[Event]) -> None:
    networks = [ip_network(text) for kind, text in reported if kind is Kind.CIDR][:NAIVE_NETWORKS]
    exact, hits = {text for kind, text in reported if kind is not Kind.CIDR}, 0
    started = time.process_time()
    for event in events:
        addresses = [ip_address(str(event[field])) for field in ("src_ip", "dest_ip")]
        labels = str(event["tls.sni"]).split(".")
        hits += any(".".join(labels[first:]) in exact for first in range(len(labels)))
        hits += any(str(value) in exact for value in event.values())
        hits += any(address in network for address in addresses for network in networks)
    seconds = time.process_time() - started
    emit(name, networks=len(networks), matched=hits, events_per_second=len(events) / seconds)


def _changes(index: Index) -> None:
    slowest = 0.0
    for number in range(CHANGES):
        evil, event = Observable(Kind.DOMAIN, f"new{number}.example"), {"query": f"a.new{number}.example"}
        started = time.process_time()
        index.add(number, evil)
        assert index.match_event(event)
        index.remove(number, evil)
        assert not index.match_event(event)
        slowest = max(slowest, time.process_time() - started)
    emit("indicators_change", changes=CHANGES, slowest_add_match_remove_match_ms=slowest * 1000)


def _indicators() -> list[tuple[Kind, str]]:
    """Returns a third each of hashes, domains, and addresses, of which one in ten is a network."""
    made: list[tuple[Kind, str]] = []
    for number in range(INDICATORS // 3 + 1):
        made.append((Kind.SHA256, _hash()))
        made.append((Kind.DOMAIN, f"{_word()}{number}.{_word()}.{_CHOICE.choice(('com', 'net', 'ru', 'example'))}"))
        network = number % 10 == 0
        kind = Kind.CIDR if network else Kind.IPV4
        made.append((kind, f"{_address()}/{_CHOICE.choice((20, 22, 24, 24, 28))}" if network else _address()))
    return [(kind, normalize(kind, text).value) for kind, text in made[:INDICATORS]]


def _realistic(count: int) -> list[Event]:
    """Returns connections, name look-ups, started processes and requests of 200 hosts that mostly talk to the same."""
    hosts = [f"10.0.{_CHOICE.randrange(4)}.{_CHOICE.randrange(1, 255)}" for _ in range(200)]
    remote, names = [_address() for _ in range(5000)], [f"www.{_word()}.com" for _ in range(5000)]
    images = [
        (rf"C:\Program Files\{_word()}\{_word()}.exe", f"MD5={_hash()[:32]},SHA256={_hash()}") for _ in range(800)
    ]
    kinds: list[Callable[[], Event]] = [
        lambda: {"ts": 1.5, "uid": _word(), "id.orig_h": _CHOICE.choice(hosts), "id.orig_p": 50_000,
                 "id.resp_h": _often(remote), "id.resp_p": 443, "proto": "tcp", "conn_state": "SF"},
        lambda: {"ts": 1.5, "id.orig_h": _CHOICE.choice(hosts), "id.resp_h": "10.0.0.53", "query": _often(names),
                 "qtype_name": "A", "answers": [_often(remote)]},
        lambda: dict(zip(("EventID", "Image", "Hashes", "User", "CommandLine"),
                         (1, *_often(images), "x", "x /c y"), strict=True)),
        lambda: {"event_type": "tls", "src_ip": _CHOICE.choice(hosts), "dest_ip": _often(remote),
                 "tls.sni": _often(names)},
    ]  # fmt: skip
    return [_CHOICE.choice(kinds)() for _ in range(count)]


def _worst(count: int) -> list[Event]:
    return [
        {"src_ip": _address(), "dest_ip": _address(), "tls.sni": f"a.{_word()}{number}.com", "fileinfo.sha256": _hash()}
        for number in range(count)
    ]


def _often(values: Sequence[Value]) -> Value:
    """Returns one of the values, the first ones more often: what is common is very common."""
    return values[int(len(values) * _CHOICE.random() ** 4)]


def _address() -> str:
    return ".".join(map(str, (_CHOICE.randrange(11, 224), *_CHOICE.randbytes(3))))


def _hash() -> str:
    return _CHOICE.randbytes(32).hex()


def _word() -> str:
    return f"{_CHOICE.getrandbits(40):x}"
