"""The path of the installed command."""

import sysconfig
from pathlib import Path

PROGRAM = Path(sysconfig.get_path("scripts")) / "lenet-trainer"
