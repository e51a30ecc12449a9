"""A model repository on disk: `<root>/<name>/<version>/model.onnx`, versions being whole numbers.

A publisher writes a version beside its place and renames it, so a version that is seen is complete. Nothing outside the
root is read: symbolic links may lead about inside it, as Kubernetes' do, and no further.
"""

import re
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path

from lenet_server.errors import ModelRejected
from lenet_server.repository import custom_model, model_options
from lenet_server.repository.custom_model import CustomModelOptions
from lenet_server.repository.model_options import ModelOptions
from lenet_server.repository.plan import PlannedVersion, Stamp

MODEL, OPTIONS = "model.onnx", "model.toml"
VERSION = re.compile(r"[1-9][0-9]{0,17}")
MAX_TEXT_BYTES = 2**20


@dataclass
class FoundModel:
    """The contents of a model's folder."""

    versions: dict[int, PlannedVersion] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)  # versions that cannot be loaded, and why
    options: ModelOptions = field(default_factory=ModelOptions)
    problem: str = ""  # why the whole folder is unusable


def scan(root: Path) -> dict[str, FoundModel]:
    """Return the models below `root` by name. Raises ModelRejected if `root` is not a readable folder."""
    try:
        root = root.resolve(strict=True)
        names = sorted(each.name for each in root.iterdir() if each.name[0] != "." and each.name.isprintable())
    except OSError as error:
        raise ModelRejected(f"the model repository {root} is not a folder: set --model-repository ({error})") from error
    found = {name: _model(root, name) for name in names}
    return {name: model for name, model in found.items() if model.versions or model.refused or model.problem}


def _model(root: Path, name: str) -> FoundModel:
    folder, found = root / name, FoundModel()
    try:
        files = _files(_inside(root, folder))
    except ModelRejected as error:
        return FoundModel(problem=str(error))
    try:
        if files and _is_there(folder / OPTIONS):
            found.options = model_options.read(_text(root, folder / OPTIONS))
    except ModelRejected as error:
        found.problem = f"{OPTIONS}: {error}"
    for version, file in files.items():
        try:
            if found.problem:
                raise ModelRejected(found.problem)
            foreign = _with_labels(root, folder, file.parent, found.options.foreign)
            path, stamp = _regular(root, file)
            found.versions[version] = PlannedVersion(name, version, path, stamp, foreign)
        except ModelRejected as error:
            found.refused[version] = str(error)
    return found


def _files(folder: Path) -> dict[int, Path]:
    """Return the model files in a folder by version; none if it is not a folder."""
    try:
        numbered = [each for each in folder.iterdir() if VERSION.fullmatch(each.name)]
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ModelRejected(f"{folder.name} cannot be read: {error}") from error
    files = {int(each.name): each / MODEL for each in numbered if _is_there(each / MODEL)}
    return dict(sorted(files.items()))


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # reading it reports the reason
        return True
    return True


def _with_labels(
    root: Path, folder: Path, version_folder: Path, foreign: CustomModelOptions | None
) -> CustomModelOptions | None:
    """Return the options with the labels of the labels file, if they name one."""
    if foreign is None or not foreign.labels_file:
        return foreign
    own = version_folder / foreign.labels_file
    text = _text(root, own if _is_there(own) else folder / foreign.labels_file)
    return replace(foreign, labels=custom_model.read_labels(text))


def _text(root: Path, path: Path) -> str:
    file, stamp = _regular(root, path)
    if stamp.size > MAX_TEXT_BYTES:
        raise ModelRejected(f"{path.name} is larger than {MAX_TEXT_BYTES} bytes")
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelRejected(f"{path.name} cannot be read: {error}") from error


def _regular(root: Path, path: Path) -> tuple[Path, Stamp]:
    """Resolve a path to a file inside the root, and return it with its stamp. Raises ModelRejected otherwise."""
    file = _inside(root, path)
    try:
        found = file.stat()
    except OSError as error:
        raise ModelRejected(f"{path.relative_to(root)} cannot be read: {error}") from error
    if not stat.S_ISREG(found.st_mode):
        raise ModelRejected(f"{path.relative_to(root)} is no file")
    return file, Stamp(found.st_mtime_ns, found.st_size, found.st_ino)


def _inside(root: Path, path: Path) -> Path:
    """Resolve a path. Raises ModelRejected if it leaves the root or does not exist."""
    try:
        resolved = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of symbolic links
        raise ModelRejected(f"{path.relative_to(root)} cannot be read: {error}") from error
    if not resolved.is_relative_to(root):
        raise ModelRejected(f"{path.relative_to(root)} leads out of the model repository")
    return resolved
