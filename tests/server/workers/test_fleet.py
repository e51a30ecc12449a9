"""What all workers serve: a change reaches all of them or none, whoever dies meanwhile."""

import multiprocessing
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lenet_server.errors import ModelRejected, PlanRejected
from lenet_server.repository.plan import ModelPlan, Plan, PlannedVersion, Stamp
from lenet_server.workers.fleet import WorkerFleet
from lenet_server.workers.messages import Abort, Commit, Prepare, Sample, Serve
from lenet_server.workers.rpc_channel import RpcChannel

TIMEOUT = 10.0


def plan(*versions: int) -> Plan:
    planned = [PlannedVersion("lenet", each, Path(f"lenet/{each}/model.onnx"), Stamp(each, 1, 1)) for each in versions]
    return Plan({"lenet": ModelPlan(tuple(planned))})


class Worker:
    """One that does what it is told, in this process. Its `orders` are the names of those that it got."""

    def __init__(self, fleet: WorkerFleet) -> None:
        self.orders: list[str] = []
        self.serves = Plan()
        self.reasons: dict[tuple[str, int], str] = {}
        self.dies_at: type | None = None
        self.hangs = threading.Event()
        self.hangs.set()
        self._fleet = fleet
        self._prepared = Plan()
        ours, theirs = multiprocessing.Pipe()
        self._connections = (ours, theirs)
        self._executor = ThreadPoolExecutor()
        self._end = RpcChannel(theirs, self._answer, self._executor)
        self.line = RpcChannel(ours, lambda _: None, self._executor)
        self._listeners = [threading.Thread(target=each.listen) for each in (self.line, self._end)]
        for listener in self._listeners:
            listener.start()

    def join(self) -> "Worker":
        self._fleet.join(self.line)
        return self

    def die(self) -> None:
        self._end.hang_up()
        self._fleet.leave(self.line)

    def close(self) -> None:
        self.hangs.set()
        self._end.hang_up()
        for listener in self._listeners:
            listener.join(TIMEOUT)
        self._executor.shutdown()
        for connection in self._connections:
            connection.close()

    def _answer(self, order: object) -> object:
        if isinstance(order, Sample):
            return None
        self.orders.append(type(order).__name__)
        if self.dies_at and isinstance(order, self.dies_at):
            self.die()
        match order:
            case Prepare(wanted):
                self.hangs.wait(TIMEOUT)
                self._prepared = wanted
                return self.reasons
            case Commit():
                self.serves = self._prepared
            case Abort():
                self._prepared = self.serves
            case Serve():
                return "lenet"
        return None


@pytest.fixture
def fleet() -> WorkerFleet:
    return WorkerFleet(load_seconds=TIMEOUT)


@pytest.fixture
def workers(fleet: WorkerFleet) -> Iterator[list[Worker]]:
    """Two that have joined, and room for more."""
    members = [Worker(fleet).join() for _ in range(2)]
    fleet.gather(2)
    yield members
    for each in members:
        each.close()


def test_a_plan_is_prepared_by_all_before_it_is_committed_by_any(fleet: WorkerFleet, workers: list[Worker]) -> None:
    assert not fleet.is_ready()
    fleet.apply(plan(1))
    assert fleet.open() == "lenet"
    assert fleet.is_ready()
    for worker in workers:
        assert worker.serves == plan(1)
        assert worker.orders == ["Prepare", "Commit", "Serve"]


def test_what_one_worker_cannot_load_none_serves(fleet: WorkerFleet, workers: list[Worker]) -> None:
    fleet.apply(plan(1))
    workers[1].reasons = {("lenet", 2): "broken"}
    with pytest.raises(PlanRejected) as rejected:
        fleet.apply(plan(1, 2))
    assert rejected.value.reasons == {("lenet", 2): "broken"}
    assert [worker.serves for worker in workers] == [plan(1), plan(1)]
    assert [worker.orders[-1] for worker in workers] == ["Abort", "Prepare"]
    workers[1].reasons = {}
    fleet.apply(plan(1, 2))
    assert [worker.serves for worker in workers] == [plan(1, 2), plan(1, 2)]


@pytest.mark.parametrize("order", [Prepare, Commit])
def test_a_worker_that_dies_meanwhile_holds_up_nobody(fleet: WorkerFleet, workers: list[Worker], order: type) -> None:
    fleet.open()
    workers[0].dies_at = order
    fleet.apply(plan(1))
    assert workers[1].serves == plan(1)
    assert fleet.is_ready()
    workers.append(Worker(fleet).join())
    assert workers[-1].serves == plan(1)
    assert workers[-1].orders == ["Prepare", "Commit", "Serve"]


def test_a_worker_that_hangs_meanwhile_is_let_go(workers: list[Worker]) -> None:
    fleet = WorkerFleet(load_seconds=0.5)
    workers += [Worker(fleet).join(), Worker(fleet).join()]
    workers[2].hangs.clear()
    fleet.apply(plan(1))
    assert workers[3].serves == plan(1)
    assert workers[2].line.closed.wait(TIMEOUT)


def test_a_plan_that_kills_all_workers_is_rejected(fleet: WorkerFleet, workers: list[Worker]) -> None:
    fleet.apply(plan(1))
    for worker in workers:
        worker.dies_at = Prepare
    with pytest.raises(PlanRejected) as rejected:
        fleet.apply(plan(1, 2))
    assert rejected.value.reasons.keys() == {("lenet", 2)}
    assert not fleet.is_ready()
    workers.append(Worker(fleet).join())
    assert workers[-1].serves == plan(1)


def test_a_worker_that_joins_during_a_change_gets_it(fleet: WorkerFleet, workers: list[Worker]) -> None:
    newcomer = Worker(fleet)
    workers[0].hangs.clear()
    changing = threading.Thread(target=fleet.apply, args=(plan(1),))
    joining = threading.Thread(target=newcomer.join)
    changing.start()
    joining.start()
    workers[0].hangs.set()
    changing.join(TIMEOUT)
    joining.join(TIMEOUT)
    workers.append(newcomer)
    assert [worker.serves for worker in workers] == [plan(1)] * 3


def test_a_change_waits_for_a_worker_to_be_there(fleet: WorkerFleet, workers: list[Worker]) -> None:
    for worker in workers:
        worker.die()
    changing = threading.Thread(target=fleet.apply, args=(plan(1),))
    changing.start()
    workers.append(Worker(fleet).join())
    changing.join(TIMEOUT)
    assert workers[-1].serves == plan(1)


def test_without_a_worker_nothing_can_be_loaded(workers: list[Worker]) -> None:
    fleet = WorkerFleet(load_seconds=0.1)
    workers.append(Worker(fleet))
    workers[-1].die()
    with pytest.raises(ModelRejected, match="no worker could be started"):
        fleet.gather(1)
    with pytest.raises(ModelRejected, match="no worker to load it"):
        fleet.apply(plan(1))
    fleet.close()
    with pytest.raises(ModelRejected, match="shutting down"):
        fleet.apply(plan(1))


def test_readiness_ends_with_the_last_worker_and_with_the_drain(fleet: WorkerFleet, workers: list[Worker]) -> None:
    fleet.apply(plan(1))
    fleet.open()
    workers[0].die()
    assert fleet.is_ready()
    workers[1].die()
    assert not fleet.is_ready()
    workers.append(Worker(fleet).join())
    assert fleet.is_ready()
    fleet.close()
    assert not fleet.is_ready()
