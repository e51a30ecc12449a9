"""AsyncClient.classify_many(): the same as in _flights, with tasks."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from contextlib import aclosing

from lenet_client._async_transport import AsyncWire
from lenet_client._batches import BATCH_IMAGES, Batch, Result, batches
from lenet_client._images import ImageInput
from lenet_client._in_flight import Ask

Task = asyncio.Task[tuple[int, list[Result]]]


async def departures(
    wire: AsyncWire, images: Iterable[ImageInput] | AsyncIterable[ImageInput], ask: Ask, patience: float
) -> AsyncGenerator[Task, None]:
    """Send a batch whenever the next one is asked for; each task gives its first image's position and the results."""

    async def fly(batch: Batch, first: int) -> tuple[int, list[Result]]:
        return first, await wire.run(ask(batch), patience)

    first = 0
    async for part in _parts(images):
        cut = batches(part)
        while batch := await asyncio.to_thread(next, cut, None):  # reading files would hold up the event loop
            yield asyncio.create_task(fly(batch, first))
            first += len(batch.entries)


async def in_order(flights: AsyncGenerator[Task, None], at_a_time: int) -> AsyncIterator[Result]:
    """The results in the order of the images. What is still under way when nobody takes more is cancelled."""
    under_way: deque[Task] = deque()
    try:
        async with aclosing(flights):
            async for flight in flights:
                under_way.append(flight)
                while under_way and (len(under_way) >= at_a_time or under_way[0].done()):
                    for result in (await under_way.popleft())[1]:
                        yield result
        while under_way:
            for result in (await under_way.popleft())[1]:
                yield result
    finally:
        await _end(under_way)


async def as_they_come(flights: AsyncGenerator[Task, None], at_a_time: int) -> AsyncIterator[tuple[int, Result]]:
    """Each image's position and result, as soon as its batch is answered."""
    under_way: set[Task] = set()
    try:
        async with aclosing(flights):
            async for flight in flights:
                under_way.add(flight)
                landed = {task for task in under_way if task.done()}
                if len(under_way) >= at_a_time and not landed:
                    landed, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for pair in _pairs(landed, under_way):
                    yield pair
        while under_way:
            landed, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for pair in _pairs(landed, under_way):
                yield pair
    finally:
        await _end(under_way)


def _pairs(landed: Iterable[Task], under_way: set[Task]) -> Iterable[tuple[int, Result]]:
    for task in landed:
        under_way.remove(task)
        first, results = task.result()
        yield from enumerate(results, first)


async def _parts(
    images: Iterable[ImageInput] | AsyncIterable[ImageInput],
) -> AsyncIterator[Iterable[ImageInput]]:
    """The images, in parts that can be gone through without waiting for the event loop."""
    if not isinstance(images, AsyncIterable):
        yield images
        return
    part: list[ImageInput] = []
    async for image in images:
        part.append(image)
        if len(part) == BATCH_IMAGES:
            yield part
            part = []
    yield part


async def _end(tasks: Iterable[Task]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
