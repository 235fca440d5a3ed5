"""What full collections leave isn't looked at again, and cycles that die later are found in the end."""

import gc
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from services.mesh.collector import WHOLE, Collector


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass(eq=False)
class Node:
    others: list["Node"] = field(default_factory=list)


def cycle() -> Node:
    node = Node()
    node.others.append(node)
    return node


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    collector = Collector(clock)
    collector.start()
    yield clock
    collector.stop()
    assert gc.get_freeze_count() == 0


def test_what_is_there_is_frozen(clock: Clock) -> None:
    assert gc.get_freeze_count() > 10_000


def test_what_survives_a_full_collection_is_frozen(clock: Clock) -> None:
    nodes = [cycle() for _ in range(1000)]
    before = gc.get_freeze_count()
    gc.collect(1)
    assert gc.get_freeze_count() == before
    gc.collect()
    assert gc.get_freeze_count() >= before + len(nodes)


def test_what_nobody_refers_to_goes_at_once(clock: Clock) -> None:
    node = Node()
    gc.collect()
    gone = weakref.ref(node)
    del node
    assert gone() is None


def test_young_cycles_are_found_by_every_collection(clock: Clock) -> None:
    gone = weakref.ref(cycle())
    gc.collect()
    assert gone() is None


def test_frozen_cycles_are_found_after_an_hour(clock: Clock) -> None:
    node = cycle()
    gc.collect()
    gone = weakref.ref(node)
    del node
    gc.collect()
    assert gone() is not None
    clock.now = WHOLE
    gc.collect()
    assert gone() is None
