"""WorkerFleet: a change of the plan reaches all workers or none, also if workers die during it."""

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
    """A worker in this process that loads no models.

    Attributes: `messages`, the names of those received; `served`, the committed plan; `reasons`, its reply to Prepare;
    `dies_at`, the message at which it dies; `may_load`, cleared to make Prepare hang.
    """

    def __init__(self, fleet: WorkerFleet) -> None:
        self.messages: list[str] = []
        self.served = Plan()
        self.reasons: dict[tuple[str, int], str] = {}
        self.dies_at: type | None = None
        self.may_load = threading.Event()
        self.may_load.set()
        self._fleet = fleet
        self._prepared = Plan()
        ours, theirs = multiprocessing.Pipe()
        self._connections = (ours, theirs)
        self._executor = ThreadPoolExecutor()
        self._end = RpcChannel(theirs, self._handle, self._executor)
        self.channel = RpcChannel(ours, lambda _: None, self._executor)
        self._listeners = [threading.Thread(target=each.listen) for each in (self.channel, self._end)]
        for listener in self._listeners:
            listener.start()

    def join(self) -> "Worker":
        self._fleet.add(self.channel)
        return self

    def die(self) -> None:
        self._end.disconnect()
        self._fleet.remove(self.channel)

    def close(self) -> None:
        self.may_load.set()
        self._end.disconnect()
        for listener in self._listeners:
            listener.join(TIMEOUT)
        self._executor.shutdown()
        for connection in self._connections:
            connection.close()

    def _handle(self, message: object) -> object:
        if isinstance(message, Sample):
            return None
        self.messages.append(type(message).__name__)
        if self.dies_at and isinstance(message, self.dies_at):
            self.die()
        match message:
            case Prepare(plan):
                self.may_load.wait(TIMEOUT)
                self._prepared = plan
                return self.reasons
            case Commit():
                self.served = self._prepared
            case Abort():
                self._prepared = self.served
            case Serve():
                return "lenet"
        return None


@pytest.fixture
def fleet() -> WorkerFleet:
    return WorkerFleet(load_seconds=TIMEOUT)


@pytest.fixture
def workers(fleet: WorkerFleet) -> Iterator[list[Worker]]:
    """Two workers of the fleet. Workers that a test appends are closed as well."""
    members = [Worker(fleet).join() for _ in range(2)]
    fleet.wait_for_workers(2)
    yield members
    for each in members:
        each.close()


def test_all_workers_prepare_a_plan_before_any_commits_it(fleet: WorkerFleet, workers: list[Worker]) -> None:
    assert not fleet.is_ready()
    fleet.apply(plan(1))
    assert fleet.serve() == "lenet"
    assert fleet.is_ready()
    for worker in workers:
        assert worker.served == plan(1)
        assert worker.messages == ["Prepare", "Commit", "Serve"]


def test_a_version_that_one_worker_cannot_load_is_served_by_none(fleet: WorkerFleet, workers: list[Worker]) -> None:
    fleet.apply(plan(1))
    workers[1].reasons = {("lenet", 2): "broken"}
    with pytest.raises(PlanRejected) as rejected:
        fleet.apply(plan(1, 2))
    assert rejected.value.reasons == {("lenet", 2): "broken"}
    assert [worker.served for worker in workers] == [plan(1), plan(1)]
    assert [worker.messages[-1] for worker in workers] == ["Abort", "Prepare"]
    workers[1].reasons = {}
    fleet.apply(plan(1, 2))
    assert [worker.served for worker in workers] == [plan(1, 2), plan(1, 2)]


@pytest.mark.parametrize("message", [Prepare, Commit])
def test_a_change_succeeds_without_a_worker_that_dies(fleet: WorkerFleet, workers: list[Worker], message: type) -> None:
    fleet.serve()
    workers[0].dies_at = message
    fleet.apply(plan(1))
    assert workers[1].served == plan(1)
    assert fleet.is_ready()
    workers.append(Worker(fleet).join())
    assert workers[-1].served == plan(1)
    assert workers[-1].messages == ["Prepare", "Commit", "Serve"]


def test_a_worker_that_hangs_during_a_change_is_disconnected(workers: list[Worker]) -> None:
    fleet = WorkerFleet(load_seconds=0.5)
    workers += [Worker(fleet).join(), Worker(fleet).join()]
    workers[2].may_load.clear()
    fleet.apply(plan(1))
    assert workers[3].served == plan(1)
    assert workers[2].channel.closed.wait(TIMEOUT)


def test_a_plan_that_kills_all_workers_is_rejected(fleet: WorkerFleet, workers: list[Worker]) -> None:
    fleet.apply(plan(1))
    for worker in workers:
        worker.dies_at = Prepare
    with pytest.raises(PlanRejected) as rejected:
        fleet.apply(plan(1, 2))
    assert rejected.value.reasons.keys() == {("lenet", 2)}
    assert not fleet.is_ready()
    workers.append(Worker(fleet).join())
    assert workers[-1].served == plan(1)


def test_a_worker_added_during_a_change_serves_the_new_plan(fleet: WorkerFleet, workers: list[Worker]) -> None:
    new_worker = Worker(fleet)
    workers[0].may_load.clear()
    changing = threading.Thread(target=fleet.apply, args=(plan(1),))
    joining = threading.Thread(target=new_worker.join)
    changing.start()
    joining.start()
    workers[0].may_load.set()
    changing.join(TIMEOUT)
    joining.join(TIMEOUT)
    workers.append(new_worker)
    assert [worker.served for worker in workers] == [plan(1)] * 3


def test_a_change_waits_for_the_first_worker(fleet: WorkerFleet, workers: list[Worker]) -> None:
    for worker in workers:
        worker.die()
    changing = threading.Thread(target=fleet.apply, args=(plan(1),))
    changing.start()
    workers.append(Worker(fleet).join())
    changing.join(TIMEOUT)
    assert workers[-1].served == plan(1)


def test_a_change_without_workers_is_rejected(workers: list[Worker]) -> None:
    fleet = WorkerFleet(load_seconds=0.1)
    workers.append(Worker(fleet))
    workers[-1].die()
    with pytest.raises(ModelRejected, match="no worker could be started"):
        fleet.wait_for_workers(1)
    with pytest.raises(ModelRejected, match="no worker is available to load it"):
        fleet.apply(plan(1))
    fleet.close()
    with pytest.raises(ModelRejected, match="shutting down"):
        fleet.apply(plan(1))


def test_the_fleet_is_not_ready_without_workers_or_once_closed(fleet: WorkerFleet, workers: list[Worker]) -> None:
    fleet.apply(plan(1))
    fleet.serve()
    workers[0].die()
    assert fleet.is_ready()
    workers[1].die()
    assert not fleet.is_ready()
    workers.append(Worker(fleet).join())
    assert fleet.is_ready()
    fleet.close()
    assert not fleet.is_ready()
