"""Where the installed command is."""

import sysconfig
from pathlib import Path

PROGRAM = Path(sysconfig.get_path("scripts")) / "lenet-trainer"
