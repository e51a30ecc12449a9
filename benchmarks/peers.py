"""Installs peer servers into virtual environments in the user's cache."""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def environment(name: str, packages: Sequence[str]) -> Path:
    """Return the Python of an environment with the packages; installing takes minutes the first time.

    The program `side-by-side` uses the same environments.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    root = cache / "side-by-side" / name
    python = root / "bin" / "python"
    if not (root / "ready").exists():
        print(f"installing {name} into the cache …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", root], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        (root / "ready").touch()
    return python


def free_port() -> int:
    """Return a port that is free now, for servers that cannot pick one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
