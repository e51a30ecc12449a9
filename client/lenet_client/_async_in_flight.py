"""AsyncClient.classify_many(): the counterpart of _in_flight, with asyncio tasks."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from contextlib import aclosing

from lenet_client._async_transport import AsyncTransport
from lenet_client._batches import BATCH_IMAGES, Batch, batches
from lenet_client._images import ImageInput
from lenet_client._in_flight import Classify
from lenet_client._results import ImageResult

Task = asyncio.Task[tuple[int, list[ImageResult]]]


async def dispatch(
    transport: AsyncTransport,
    images: Iterable[ImageInput] | AsyncIterable[ImageInput],
    classify: Classify,
    retry_seconds: float,
) -> AsyncGenerator[Task, None]:
    """Send one batch for each step; a task returns the position of its first image, and the results."""

    async def run(batch: Batch, first: int) -> tuple[int, list[ImageResult]]:
        return first, await transport.run(classify(batch), retry_seconds)

    first = 0
    async for chunk in _chunks(images):
        split = batches(chunk)
        while batch := await asyncio.to_thread(next, split, None):  # reads files, which would block the event loop
            yield asyncio.create_task(run(batch, first))
            first += len(batch.entries)


async def in_order(dispatched: AsyncGenerator[Task, None], limit: int) -> AsyncIterator[ImageResult]:
    """The results in the order of the images, with at most `limit` batches in flight.

    Closing the iterator cancels the batches in flight.
    """
    in_flight: deque[Task] = deque()
    try:
        async with aclosing(dispatched):
            async for task in dispatched:
                in_flight.append(task)
                while in_flight and (len(in_flight) >= limit or in_flight[0].done()):
                    for result in (await in_flight.popleft())[1]:
                        yield result
        while in_flight:
            for result in (await in_flight.popleft())[1]:
                yield result
    finally:
        await _cancel(in_flight)


async def as_completed(dispatched: AsyncGenerator[Task, None], limit: int) -> AsyncIterator[tuple[int, ImageResult]]:
    """Each image's position and result, as soon as its batch is answered; otherwise like in_order()."""
    in_flight: set[Task] = set()
    try:
        async with aclosing(dispatched):
            async for task in dispatched:
                in_flight.add(task)
                completed = {each for each in in_flight if each.done()}
                if len(in_flight) >= limit and not completed:
                    completed, _ = await asyncio.wait(in_flight, return_when=asyncio.FIRST_COMPLETED)
                for pair in _results(completed, in_flight):
                    yield pair
        while in_flight:
            completed, _ = await asyncio.wait(in_flight, return_when=asyncio.FIRST_COMPLETED)
            for pair in _results(completed, in_flight):
                yield pair
    finally:
        await _cancel(in_flight)


def _results(completed: Iterable[Task], in_flight: set[Task]) -> Iterable[tuple[int, ImageResult]]:
    for task in completed:
        in_flight.remove(task)
        first, results = task.result()
        yield from enumerate(results, first)


async def _chunks(
    images: Iterable[ImageInput] | AsyncIterable[ImageInput],
) -> AsyncIterator[Iterable[ImageInput]]:
    """The images as plain iterables, which a thread can read without the event loop."""
    if not isinstance(images, AsyncIterable):
        yield images
        return
    chunk: list[ImageInput] = []
    async for image in images:
        chunk.append(image)
        if len(chunk) == BATCH_IMAGES:
            yield chunk
            chunk = []
    yield chunk


async def _cancel(tasks: Iterable[Task]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
