"""The command `lenet`. Each command's module is imported when the command runs (see parser), so help stays fast."""

import io
import os
import sys
from collections.abc import Sequence

from lenet_client.cli.exit_status import ExitStatus
from lenet_client.cli.parser import build_parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status; see ExitStatus."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may lack characters such as –
            stream.reconfigure(errors="backslashreplace")
    options = build_parser().parse_args(arguments)
    from lenet_client import ImageError, LenetError, ServerBusy, ServerFault, ServerUnavailable, TimedOut

    try:
        return int(options.run(options))
    except ServerUnavailable as error:
        return _failed(f"no answer: {error}", ExitStatus.UNREACHABLE)
    except TimedOut as error:
        return _failed(f"no answer in time (see --timeout): {error}", ExitStatus.UNREACHABLE)
    except (ServerBusy, ServerFault) as error:
        return _failed(f"the server failed to answer: {error}", ExitStatus.UNREACHABLE)
    except ImageError as error:
        return _failed(str(error), ExitStatus.FAILED)
    except BrokenPipeError:  # the reader of `lenet classify … | head` has closed the pipe
        return ExitStatus.FAILED
    except (LenetError, OSError) as error:
        return _failed(str(error), ExitStatus.USAGE)
    except KeyboardInterrupt:
        return _failed("interrupted", ExitStatus.INTERRUPTED)
    finally:
        _flush_standard_output()


def _flush_standard_output() -> None:
    """Flush, or discard what a closed pipe does not take: Python would report it at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _failed(message: str, status: ExitStatus) -> ExitStatus:
    """Print the reason on one line and return the status."""
    print(f"lenet: {message}", file=sys.stderr)
    return status
