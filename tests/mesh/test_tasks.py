import asyncio

from services.mesh import tasks


async def deaf(times: int) -> str:
    """Goes on after the first cancellations, as a library does that takes one for a time-out."""
    for _ in range(times):
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            continue
    return "ended"


async def test_what_does_not_heed_a_cancellation_is_cancelled_again() -> None:
    one, other = asyncio.create_task(deaf(2)), asyncio.create_task(asyncio.sleep(3600))
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await tasks.end(one, other)
    assert one.result() == "ended"
    assert other.cancelled()


async def test_what_has_ended_is_left_as_it_is() -> None:
    async def fail() -> None:
        raise ValueError

    failed = asyncio.create_task(fail())
    await asyncio.wait([failed])
    await tasks.end(failed)
    assert isinstance(failed.exception(), ValueError)
    await tasks.end()
