"""The command `lenet`. One module for each sub-command; what they need is imported when they run."""

import io
import os
import sys
from collections.abc import Sequence

from lenet_client.cli.arguments import parser
from lenet_client.cli.status import Status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Exit status: see Status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that knows no – is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    options = parser().parse_args(arguments)
    from lenet_client import ImageError, LenetError, ServerBusy, ServerFault, ServerUnavailable, TimedOut

    try:
        return int(options.run(options))
    except ServerUnavailable as error:
        return _failed(f"lenet: no answer: {error}", Status.UNREACHABLE)
    except TimedOut as error:
        return _failed(f"lenet: no answer in time (see --timeout): {error}", Status.UNREACHABLE)
    except (ServerBusy, ServerFault) as error:
        return _failed(f"lenet: the server gave no answer: {error}", Status.UNREACHABLE)
    except ImageError as error:
        return _failed(f"lenet: {error}", Status.FAILED)
    except LenetError as error:
        return _failed(f"lenet: {error}", Status.USAGE)
    except BrokenPipeError:  # `lenet classify … | head` has seen enough
        return Status.FAILED
    except OSError as error:
        return _failed(f"lenet: {error}", Status.USAGE)
    except KeyboardInterrupt:
        return _failed("lenet: interrupted", Status.INTERRUPTED)
    finally:
        _let_go_of_standard_output()


def _let_go_of_standard_output() -> None:
    """Where nobody takes what is left in it, Python would complain at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _failed(message: str, status: Status) -> Status:
    """Say in one line why the command ends."""
    print(message, file=sys.stderr)
    return status
