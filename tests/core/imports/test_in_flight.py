"""Batches under way: few at once, told of in their order, and none left behind."""

import asyncio
from collections.abc import Awaitable
from contextlib import aclosing

import pytest

from services.core.imports.in_flight import InFlight
from stack.polling import until


class Service:
    """What batches go to: each is answered when the test says so."""

    def __init__(self) -> None:
        self.answers: dict[int, asyncio.Future[None]] = {}
        self.given_up: list[int] = []
        self.told: list[int] = []
        self.batches = InFlight(self.tell)

    async def tell(self, after: int, recorded: Awaitable[None]) -> None:
        await recorded
        self.told.append(after)

    async def record(self, number: int) -> None:
        self.answers[number] = asyncio.get_running_loop().create_future()
        try:
            await self.answers[number]
        except asyncio.CancelledError:
            self.given_up.append(number)
            raise

    async def send(self, *numbers: int) -> None:
        for number in numbers:
            await self.batches.add(number, self.record(number))

    async def sent(self, number: int) -> None:
        async def is_sent() -> bool:
            return number in self.answers

        await until(is_sent, 10)


@pytest.fixture
def service() -> Service:
    return Service()


async def test_two_are_under_way_and_the_third_waits(service: Service) -> None:
    sending = asyncio.create_task(service.send(1, 2, 3))
    await service.sent(2)
    for _ in range(10):
        await asyncio.sleep(0)
    assert set(service.answers) == {1, 2}
    service.answers[1].set_result(None)
    await service.sent(3)
    assert service.told == [1]
    for number in (2, 3):
        service.answers[number].set_result(None)
    await sending
    await service.batches.all()
    assert service.told == [1, 2, 3]


async def test_what_overtakes_is_told_of_in_its_order(service: Service) -> None:
    await service.send(1, 2)
    await service.sent(2)
    service.answers[2].set_result(None)
    waiting = asyncio.create_task(service.batches.all())
    for _ in range(10):
        await asyncio.sleep(0)
    assert service.told == []
    service.answers[1].set_result(None)
    await waiting
    assert service.told == [1, 2]


async def test_after_a_failure_nothing_later_is_told_of_or_left_behind(service: Service) -> None:
    async with aclosing(service.batches):
        await service.send(1, 2)
        await service.sent(2)
        service.answers[1].set_exception(ConnectionError("away"))
        with pytest.raises(ConnectionError):
            await service.send(3)
    assert service.told == []
    assert service.given_up == [2]
    assert 3 not in service.answers


async def test_a_failure_of_the_last_is_told(service: Service) -> None:
    async with aclosing(service.batches):
        await service.send(1)
        await service.sent(1)
        service.answers[1].set_exception(ConnectionError("away"))
        with pytest.raises(ConnectionError):
            await service.batches.all()


async def test_who_is_cancelled_leaves_nothing_behind(service: Service) -> None:
    async def work() -> None:
        async with aclosing(service.batches):
            await service.send(1, 2, 3)

    working = asyncio.create_task(work())
    await service.sent(2)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert sorted(service.given_up) == [1, 2]
    assert set(service.answers) == {1, 2}
