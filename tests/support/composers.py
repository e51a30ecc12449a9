"""The installed Compose commands."""

import shutil
import subprocess

TIMEOUT = 60


def composers() -> list[list[str]]:
    """Return the installed Compose commands, v2 before docker-compose 1.29."""
    found = []
    if shutil.which("docker"):
        asked = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False, timeout=TIMEOUT)
        if asked.returncode == 0:
            found.append(["docker", "compose"])
    if shutil.which("docker-compose"):
        found.append(["docker-compose"])
    return found
