"""`--copy-to` and `--move-to`: sort into folders by label, without overwriting or duplicating."""

import shutil
import zipfile
from pathlib import Path

import pytest

from lenet_client.cli.classify.sorting import folder_name
from tests.support.client.command import Command


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def labels(command: Command, *paths: Path) -> dict[str, str]:
    rows = command("classify", *paths, "--format=csv").out.splitlines()[1:]
    return {row.split(",")[0]: row.split(",")[1] for row in rows}


def test_pictures_are_copied_into_folders_by_label(command: Command, folder: Path, tmp_path: Path) -> None:
    before, predicted = contents(folder), labels(command, folder)
    done = command("classify", folder, "--copy-to", tmp_path / "out")
    assert done.status == 0
    assert f"30 pictures copied to {tmp_path / 'out'}" in done.err
    assert contents(folder) == before
    expected = {f"{label}/{Path(path).name}": Path(path).read_bytes() for path, label in predicted.items()}
    assert contents(tmp_path / "out") == expected
    again = command("classify", folder, "--copy-to", tmp_path / "out")
    assert "0 pictures copied" in again.err
    assert "30 were already there" in again.err
    assert contents(tmp_path / "out") == expected


def test_pictures_are_moved(command: Command, folder: Path, tmp_path: Path) -> None:
    before = contents(folder)
    done = command("classify", folder, "--move-to", tmp_path / "out")
    assert done.status == 0
    assert contents(folder) == {}
    assert sorted(contents(tmp_path / "out").values()) == sorted(before.values())
    assert command("classify", folder, "--move-to", tmp_path / "out").status == 0


def test_a_dry_run_only_prints(command: Command, folder: Path, tmp_path: Path) -> None:
    before = contents(folder)
    done = command("classify", folder, "--move-to", tmp_path / "out", "--dry-run")
    seven = sorted((folder / "7").iterdir())[0]
    assert f"{seven} → {tmp_path}/out/7/{seven.name}" in done.err.splitlines()
    assert f"30 pictures would be moved to {tmp_path / 'out'}" in done.err
    assert contents(folder) == before
    assert not (tmp_path / "out").exists()


def test_uncertain_pictures_stay_where_they_are(command: Command, folder: Path, tmp_path: Path) -> None:
    (folder / "broken.png").write_text("no picture")
    done = command("classify", folder, "--move-to", tmp_path / "out", "--min-score=0.99", "--format=csv")
    stay = {row.split(",")[0] for row in done.out.splitlines()[1:] if row.endswith(",true") or "not a picture" in row}
    assert 1 < len(stay) < 31
    assert {str(file) for file in folder.rglob("*.*")} == stay
    assert len(contents(tmp_path / "out")) == 31 - len(stay)


@pytest.mark.parametrize("flag", ["--copy-to", "--move-to"])
def test_pictures_with_the_same_name_are_all_kept(command: Command, folder: Path, tmp_path: Path, flag: str) -> None:
    first, second, third = sorted((folder / "7").iterdir())[:3]
    for place, source in (("a", first), ("b", second), ("c", third)):
        (tmp_path / "in" / place).mkdir(parents=True)
        shutil.copy(source, tmp_path / "in" / place / "scan.png")
    pictures = [file.read_bytes() for file in (first, second, third)]
    for _ in range(2):
        assert command("classify", tmp_path / "in", flag, tmp_path / "out").status == 0
        found = contents(tmp_path / "out")
        assert sorted(found.values()) == sorted(pictures)
        assert found["7/scan.png"] == pictures[0]
        assert all(name.startswith("7/scan") and name.endswith(".png") for name in found)


def test_an_existing_file_is_not_overwritten(command: Command, folder: Path, tmp_path: Path) -> None:
    seven = sorted((folder / "7").iterdir())[0]
    (tmp_path / "out/7").mkdir(parents=True)
    (tmp_path / "out/7" / seven.name).write_text("precious")
    assert command("classify", seven, "--move-to", tmp_path / "out").status == 0
    found = contents(tmp_path / "out")
    assert found.pop(f"7/{seven.name}") == b"precious"
    assert len(found) == 1
    assert not seven.exists()


def test_two_moved_pictures_with_the_same_content_are_both_kept(command: Command, folder: Path, tmp_path: Path) -> None:
    """Two pictures with the same content but different modification times are both kept."""
    seven = sorted((folder / "7").iterdir())[0]
    for place in "ab":
        (tmp_path / "in" / place).mkdir(parents=True)
        (tmp_path / "in" / place / "scan.png").write_bytes(seven.read_bytes())
    assert command("classify", tmp_path / "in", "--move-to", tmp_path / "out").status == 0
    assert len(contents(tmp_path / "out")) == 2


def test_a_link_is_moved_as_its_target_s_content(command: Command, folder: Path, tmp_path: Path) -> None:
    seven = sorted((folder / "7").iterdir())[0]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.png").symlink_to(seven)
    assert command("classify", tmp_path / "in", "--move-to", tmp_path / "out").status == 0
    assert (tmp_path / "out/7/link.png").read_bytes() == seven.read_bytes()
    assert not (tmp_path / "out/7/link.png").is_symlink()
    assert not (tmp_path / "in" / "link.png").is_symlink()


def test_members_of_archives_are_copied_and_never_moved(command: Command, folder: Path, tmp_path: Path) -> None:
    seven = sorted((folder / "7").iterdir())[0]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(seven, "../../inner/seven.png")
    assert command("classify", tmp_path / "a.zip", "--copy-to", tmp_path / "out").status == 0
    assert contents(tmp_path / "out") == {"7/seven.png": seven.read_bytes()}
    done = command("classify", tmp_path / "a.zip", "--move-to", tmp_path / "out")
    assert done.status == 2
    assert "part of an archive and cannot be moved: use --copy-to" in done.err


def test_a_folder_that_cannot_be_created_is_reported(command: Command, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    done = command("classify", folder, "--copy-to", tmp_path / "out")
    assert done.status == 2
    assert f"cannot be copied to {tmp_path}/out/0: " in done.err


def test_a_folder_is_not_sorted_into_itself(command: Command, folder: Path) -> None:
    done = command("classify", folder, "--move-to", folder / "sorted")
    assert done.status == 2
    assert "choose a folder elsewhere" in done.err


def test_a_label_cannot_escape_the_folder() -> None:
    assert [folder_name(label) for label in ("7", "../x", "a/b", "", "..")] == ["7", "_.._x", "a_b", "_", "_.."]


def test_a_resumed_move_accepts_moved_pictures(command: Command, folder: Path, tmp_path: Path) -> None:
    """The run was killed after the seventh line, before the seventh picture was moved."""
    output, part = tmp_path / "out.jsonl", tmp_path / "out.jsonl.part"
    flags = ("classify", folder, "--format=jsonl", "--output", output)
    assert command(*flags).status == 0
    text, before = output.read_text(), contents(folder)
    kept = text.splitlines(keepends=True)[:7]
    output.rename(part)
    part.write_text("".join(kept))
    rows = [line.split('"')[3] for line in kept]
    for path in rows[:6]:
        target = tmp_path / "sorted" / labels(command, Path(path))[path]
        target.mkdir(parents=True, exist_ok=True)
        Path(path).rename(target / Path(path).name)
    assert command(*flags, "--resume", "--move-to", tmp_path / "sorted").status == 0
    assert output.read_text() == text
    assert contents(folder) == {}
    assert sorted(contents(tmp_path / "sorted").values()) == sorted(before.values())
