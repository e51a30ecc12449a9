"""Runs the quick form of every benchmark of the server alone, and prints one table. `make bench` runs it.

Each takes seconds: enough to see that it works, not for figures. Those in docs/benchmarks.md come from the commands
themselves, on a quiet machine. side_by_side.py and the soak are not included.
"""

import sys

from benchmarks import h2load, idle, latency, memory, reload, scaling, startup
from benchmarks.measurements import Measurement, measurements_table


def main() -> None:
    """Run them one after the other, so that they do not disturb each other."""
    h2load.program()
    flags = ["--quick", *sys.argv[1:]]
    measurements: list[Measurement] = []
    for measurement in (latency, memory, startup, reload, idle, scaling):
        print(f"\n## {measurement.__name__.rpartition('.')[2]}\n", flush=True)
        alone = ["--triton=none"] if measurement is latency else []
        measurements += measurement.main([*flags, *alone])
    print("\n## all\n\n" + measurements_table(measurements))


if __name__ == "__main__":
    main()
