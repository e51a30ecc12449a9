"""AsyncClient with the interface of Client, so that both run the same tests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from lenet_client import AsyncClient

T = TypeVar("T")


class BlockingAsyncClient:
    """An AsyncClient whose methods block, as those of Client do."""

    def __init__(self, server: str, **options: Any) -> None:
        self._runner = asyncio.Runner()
        try:
            self._client = self._runner.run(self._open(server, options))
        except BaseException:
            self._runner.close()
            raise

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)

        def call(*arguments: Any, **options: Any) -> Any:
            result = method(*arguments, **options)
            if isinstance(result, AsyncIterator):
                return self._runner.run(self._all(result))
            return self._runner.run(result)

        return call

    def __enter__(self) -> "BlockingAsyncClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._client.close())
        self._runner.close()

    async def _open(self, server: str, options: dict[str, Any]) -> AsyncClient:
        return AsyncClient(server, **options)

    async def _all(self, results: AsyncIterator[T]) -> list[T]:
        return [result async for result in results]
