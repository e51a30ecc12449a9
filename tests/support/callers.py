"""Callers that send without pause and without retries, and count how each call ended."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import grpc
import numpy as np
from numpy.typing import NDArray

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc

CALLERS = 16
IMAGES = 8  # in each call
TIMEOUT = 20.0
ENOUGH = 500  # responses before the load counts as started


class Load:
    """A load from several callers. `outcomes` counts calls by status, `versions` responses by the model's version."""

    def __init__(self, address: str, digits: NDArray[np.uint8], callers: int = CALLERS) -> None:
        self.outcomes: Counter[grpc.StatusCode] = Counter()
        self.versions: Counter[int] = Counter()
        self._address = address
        picture = pb.Image(pixels=pb.Pixels(shape=[1, 28, 28], data=digits[0].tobytes()))
        self._request = pb.ClassifyRequest(images=[picture] * IMAGES)
        self._changed = threading.Condition()
        self._over = False
        self._callers = [threading.Thread(target=self._call) for _ in range(callers)]

    def start(self) -> None:
        """Start the callers, and return after the first ENOUGH responses."""
        for caller in self._callers:
            caller.start()
        self.wait(lambda: self.outcomes[grpc.StatusCode.OK] >= ENOUGH)

    def wait(self, true: Callable[[], bool], seconds: float = TIMEOUT) -> None:
        """Return when `true()` holds, which is checked after each call. Raises AssertionError after `seconds`."""
        with self._changed:
            assert self._changed.wait_for(true, seconds), f"not in {seconds} s: {self.outcomes} {self.versions}"

    def join(self) -> None:
        """Return when each caller has ended: after its first failed call, or stop()."""
        for caller in self._callers:
            caller.join(TIMEOUT)
            assert not caller.is_alive()

    def stop(self) -> None:
        """End the callers."""
        self._over = True
        self.join()

    def _call(self) -> None:
        with grpc.insecure_channel(
            self._address, [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]
        ) as channel:
            stub = rpc.ClassifierStub(channel)
            code = grpc.StatusCode.OK
            while code is grpc.StatusCode.OK and not self._over:
                answer = None
                try:
                    answer = stub.Classify(self._request, timeout=TIMEOUT)
                    assert len(answer.results) == IMAGES
                except grpc.RpcError as error:
                    code = error.code()
                with self._changed:
                    self.outcomes[code] += 1
                    if answer:
                        self.versions[answer.version] += 1
                    self._changed.notify_all()


@contextmanager
def load(address: str, digits: NDArray[np.uint8], callers: int = CALLERS) -> Iterator[Load]:
    """A started load, stopped at the end of the block."""
    given = Load(address, digits, callers)
    try:
        given.start()
        yield given
    finally:
        given.stop()
