"""Measures whether memory stays flat over ten million images, and how much a worker takes.

    python -m benchmarks.memory [--millions 10]

After a warm-up, sends requests of 64 images and prints for each million images the resident memory of the supervisor
and of each worker, and their proportional share (PSS), which divides the pages that processes share.
"""

from collections.abc import Sequence

from benchmarks import h2load, ours
from benchmarks.measurements import Measurement, measurements_table
from benchmarks.process_tree import Memory, memory, workers

LOAD = h2load.Load(images=64, connections=8, streams=1)
LARGEST_GROWTH = 0.02


def main(argv: Sequence[str] | None = None) -> list[Measurement]:
    """Measure, print a row for each million images, and return each process's memory and the growth of all."""
    parser = ours.parser(__doc__)
    parser.add_argument("--millions", type=int, default=10, help="of images")
    arguments = parser.parse_args(argv)
    steps, images = (3, 50_000) if arguments.quick else (arguments.millions, 1_000_000)
    with ours.serving(ours.flags(arguments)) as server:
        supervisor = server.process.pid
        members = {"supervisor": supervisor} | {
            f"worker {number}": pid for number, pid in enumerate(workers(supervisor, server.grpc_port), 1)
        }
        if len(members) == 1:
            members = {"server": supervisor}
        ours.warm_up(server, seconds=1 if arguments.quick else 10)
        print("| images | " + " | ".join(f"{name}, MB (PSS)" for name in members) + " |")
        print("| ---: |" + " ---: |" * len(members))
        history = [_row(0, members)]
        for step in range(1, steps + 1):
            h2load.put(LOAD, ours.address(server), requests=images // LOAD.images)
            history.append(_row(step * images, members))
    measurements = [
        Measurement(f"memory of the {name}, resident (PSS)", f"{each.resident:.0f} MB ({each.proportional:.0f} MB)")
        for name, each in history[-1].items()
    ]
    first, last = (sum(each.resident for each in history[when].values()) for when in (0, -1))
    growth = last / first - 1
    return [
        *measurements,
        Measurement(
            f"growth of all over {steps * images:,} images",
            f"{growth:+.1%}",
            f"≤ {LARGEST_GROWTH:.0%}",
            growth <= LARGEST_GROWTH,
        ),
    ]


def _row(images: int, members: dict[str, int]) -> dict[str, Memory]:
    """Return the memory of each process, printed as a row of the table."""
    held = {name: memory(pid) for name, pid in members.items()}
    cells = (f"{each.resident:.1f} ({each.proportional:.1f})" for each in held.values())
    print(f"| {images:,} | " + " | ".join(cells) + " |", flush=True)
    return held


if __name__ == "__main__":
    print("\n" + measurements_table(main()))
