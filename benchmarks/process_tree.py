"""Processes of a server, from /proc: their memory, processor time and wake-ups."""

from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
LISTENING = "0A"  # a state of /proc/net/tcp


@dataclass(frozen=True)
class Memory:
    """Memory of one process in MB (10^6 bytes); `proportional` (PSS) divides pages that processes share."""

    resident: float
    proportional: float


def family(pid: int) -> list[int]:
    """Return the process and its descendants, parents first."""
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdecimal() and (parent := _parent(folder)) is not None:
            children.setdefault(parent, []).append(int(folder.name))
    found = [pid]
    for each in found:  # grows while it is walked
        found.extend(sorted(children.get(each, [])))
    return found


def workers(pid: int, port: int) -> list[int]:
    """Return the descendants of `pid` that listen on `port`: the workers of a server."""
    sockets = {
        f"socket:[{fields[9]}]"
        for name in ("tcp", "tcp6")
        for fields in map(str.split, (PROC / "net" / name).read_text().splitlines()[1:])
        if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port
    }
    return [each for each in family(pid)[1:] if sockets & _files(each)]


def memory(pid: int) -> Memory:
    """Return the current memory of the process."""
    lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
    kilobytes = {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines)}
    return Memory(kilobytes["Rss"] * 1024 / 1e6, kilobytes["Pss"] * 1024 / 1e6)


def cpu_seconds(pid: int) -> float:
    """Return the processor time of the process and its running descendants, in seconds."""
    return sum(
        int((task / "schedstat").read_text().split()[0]) / 1e9
        for each in family(pid)
        for task in (PROC / str(each) / "task").iterdir()
    )


def wake_ups(pid: int) -> int:
    """Return how often threads of the process and of its descendants were woken (voluntary context switches)."""
    return sum(
        int(line.split()[1])
        for each in family(pid)
        for task in (PROC / str(each) / "task").iterdir()
        for line in (task / "status").read_text().splitlines()
        if line.startswith("voluntary_ctxt_switches")
    )


def _parent(folder: Path) -> int | None:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):  # it has ended
        return None


def _files(pid: int) -> set[str]:
    try:
        return {str(entry.readlink()) for entry in (PROC / str(pid) / "fd").iterdir()}
    except (FileNotFoundError, ProcessLookupError):
        return set()
