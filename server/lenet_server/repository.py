"""A model repository on disk: `<root>/<name>/<version>/model.onnx`, versions being whole numbers.

A publisher writes a version beside its place and renames it, so a version that is seen is complete.
"""

from pathlib import Path

from lenet_server.errors import ModelRejected


def find_models(root: Path) -> dict[str, dict[int, Path]]:
    """The model files below `root`: name → version → file. Raises ModelRejected where `root` is not a folder."""
    if not root.is_dir():
        raise ModelRejected(f"the model repository {root} is not a folder: set --model-repository")
    found: dict[str, dict[int, Path]] = {}
    for file in root.glob("*/*/model.onnx"):
        version, name = file.parent.name, file.parent.parent.name
        if version.isascii() and version.isdecimal() and 0 < int(version) < 2**63 and not name.startswith("."):
            found.setdefault(name, {})[int(version)] = file
    return dict(sorted(found.items()))
