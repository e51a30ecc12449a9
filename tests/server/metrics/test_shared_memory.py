"""Counters in shared memory: nothing that was counted is lost with the process that counted it."""

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lenet_server.metrics.shared_memory import CountTable, SharedCounts

TIMEOUT = 30.0
processes = multiprocessing.get_context("spawn")


def totals(counts: SharedCounts, metric: str) -> dict[tuple[str, ...], list[float]]:
    return {labels: values.tolist() for labels, values in counts.totals(metric).items()}


def count_and_die(counts: SharedCounts, number: int, metric: str) -> None:
    counts.tables[number].row(metric, "a", width=2)[1] += 1
    counts.tables[number].row(metric, str(number))[0] += 1
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_killed_processes_have_counted_stays_and_their_successors_go_on() -> None:
    counts = SharedCounts(2)
    for number in (0, 1, 1):
        process = processes.Process(target=count_and_die, args=(counts, number, "deaths"))
        process.start()
        process.join(TIMEOUT)
        assert process.exitcode == -signal.SIGKILL
    assert totals(counts, "deaths") == {("a",): [0, 3], ("0",): [1], ("1",): [2]}


def test_tables_are_summed_or_the_highest_is_told() -> None:
    counts = SharedCounts(3)
    for table, value in zip(counts.tables, (1.0, 4.0, 2.0), strict=True):
        table.row("x", "label")[0] = value
    counts.tables[1].row("x", "other")[0] = 7.0
    assert totals(counts, "x") == {("label",): [7.0], ("other",): [7.0]}
    assert counts.highest("x")["label",].tolist() == [4.0]
    assert counts.totals("x", "other").keys() == {("other",)}
    assert totals(counts, "y") == {}


def test_a_metric_can_be_set_to_zero() -> None:
    table = SharedCounts(1).tables[0]
    for metric in ("gauge", "counter"):
        table.row(metric, width=3)[2] = 3.0
    table.zero("gauge")
    assert [(name, sum(values)) for name in ("gauge", "counter") for _, values in table.read(name)] == [
        ("gauge", 0.0),
        ("counter", 3.0),
    ]


@hypothesis_settings(deadline=None, max_examples=50)
@given(names=st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=4), unique_by=tuple, max_size=8))
def test_any_text_is_a_name_and_is_found_again(names: Sequence[Sequence[str]]) -> None:
    memory = memoryview(bytearray(2**16))
    for value, name in enumerate(names, 1):
        CountTable(memory).row(*name)[0] += value
    reader = CountTable(memory)
    found = {
        (metric, *labels): values[0] for metric in {name[0] for name in names} for labels, values in reader.read(metric)
    }
    assert found == {tuple(name): value for value, name in enumerate(names, 1)}


def test_threads_that_read_a_table_at_a_time_find_the_same() -> None:
    """As several scrapes, or callers who ask for statistics, do."""
    memory, rows = memoryview(bytearray(2**20)), 2000
    writer, table = CountTable(memory), CountTable(memory)
    for number in range(rows):
        writer.row("n", str(number))[0] = number
    together = threading.Barrier(4)

    def read(_: int) -> dict[tuple[str, ...], float]:
        together.wait(TIMEOUT)
        return {labels: values[0] for labels, values in table.read("n")}

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as executor:
            found = list(executor.map(read, range(4), timeout=TIMEOUT))
    finally:
        sys.setswitchinterval(interval)
    assert found == [{(str(number),): number for number in range(rows)}] * 4


@pytest.mark.parametrize("width", [1, 100])
def test_a_full_table_goes_on_with_what_it_has_and_says_so_once(width: int, caplog: pytest.LogCaptureFixture) -> None:
    table = CountTable(memoryview(bytearray(2**12)))
    for number in range(500):
        table.row("n", str(number), width=width)[0] += 1
    assert 1 <= len(list(table.read("n"))) < 500
    assert {values[0] for _, values in table.read("n")} == {1.0}
    table.row("n", "0", width=width)[0] += 1
    assert next(values[0] for labels, values in table.read("n") if labels == ("0",)) == 2.0
    (record,) = caplog.records
    assert (record.levelno, "memory for metrics is full" in record.message) == (logging.ERROR, True)


def test_many_models_of_a_thousand_labels_fit_and_only_what_is_used_takes_memory(
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = resident_bytes()
    counts = SharedCounts(64)
    labels = [f"label {number}" for number in range(1000)]
    for model in range(100):
        counts.tables[0].row("predictions", f"model {model}", "1", *labels, width=1000)[999] += 1
    assert len(counts.totals("predictions")) == 100
    assert not caplog.records
    assert resident_bytes() - before < 64 * 2**20


def resident_bytes() -> int:
    with open("/proc/self/statm") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
