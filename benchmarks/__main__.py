"""The quick form of every measurement of the server alone, and what they found in one table. `make bench` runs it.

Seconds each: it shows that everything works and in what region the figures are. Those in docs/benchmarks.md come from
the commands themselves, on a quiet machine. side_by_side.py and the soak have commands of their own.
"""

import sys

from benchmarks import h2load, idle, latency, memory, reload, scaling, startup
from benchmarks.measurements import Finding, findings_table


def main() -> None:
    """Run them one after the other: two at a time would measure each other."""
    h2load.needed()
    flags = ["--quick", *sys.argv[1:]]
    findings: list[Finding] = []
    for measurement in (latency, memory, startup, reload, idle, scaling):
        print(f"\n## {measurement.__name__.rpartition('.')[2]}\n", flush=True)
        alone = ["--triton=none"] if measurement is latency else []
        findings += measurement.main([*flags, *alone])
    print("\n## all\n\n" + findings_table(findings))


if __name__ == "__main__":
    main()
