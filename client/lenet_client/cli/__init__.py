"""The command `lenet`. One module for each sub-command; what they need is imported when they run."""

import io
import os
import sys
from collections.abc import Sequence

from lenet_client.cli.exit_status import ExitStatus
from lenet_client.cli.parser import build_parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Exit status: see ExitStatus."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that knows no – is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    options = build_parser().parse_args(arguments)
    from lenet_client import ImageError, LenetError, ServerBusy, ServerFault, ServerUnavailable, TimedOut

    try:
        return int(options.run(options))
    except ServerUnavailable as error:
        return _failed(f"lenet: no answer: {error}", ExitStatus.UNREACHABLE)
    except TimedOut as error:
        return _failed(f"lenet: no answer in time (see --timeout): {error}", ExitStatus.UNREACHABLE)
    except (ServerBusy, ServerFault) as error:
        return _failed(f"lenet: the server gave no answer: {error}", ExitStatus.UNREACHABLE)
    except ImageError as error:
        return _failed(f"lenet: {error}", ExitStatus.FAILED)
    except LenetError as error:
        return _failed(f"lenet: {error}", ExitStatus.USAGE)
    except BrokenPipeError:  # `lenet classify … | head` has seen enough
        return ExitStatus.FAILED
    except OSError as error:
        return _failed(f"lenet: {error}", ExitStatus.USAGE)
    except KeyboardInterrupt:
        return _failed("lenet: interrupted", ExitStatus.INTERRUPTED)
    finally:
        _let_go_of_standard_output()


def _let_go_of_standard_output() -> None:
    """Where nobody takes what is left in it, Python would complain at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _failed(message: str, status: ExitStatus) -> ExitStatus:
    """Say in one line why the command ends."""
    print(message, file=sys.stderr)
    return status
