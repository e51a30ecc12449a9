"""Pictures in zip and tar archives, intact and damaged."""

import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from lenet_client.cli.inputs.discovery import find_pictures
from lenet_client.cli.inputs.picture import Unreadable
from tests.support.client.command import Command

Compression = Literal["", "gz", "bz2", "xz"]
TARS: list[tuple[str, Compression]] = [
    ("a.tar", ""),
    ("a.tar.gz", "gz"),
    ("a.tgz", "gz"),
    ("A.TAR.BZ2", "bz2"),
    ("a.tbz2", "bz2"),
    ("a.tar.xz", "xz"),
    ("a.txz", "xz"),
]


def make_zip(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def make_tar(path: Path, members: dict[str, bytes], compression: Compression = "") -> None:
    with tarfile.open(path, f"w:{compression}") as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def outcomes(path: Path) -> dict[str, object]:
    """The members of an archive: their content, or the reason why it cannot be read."""
    return {
        os.path.relpath(name, path): image.reason if isinstance(image, Unreadable) else image
        for name, image in find_pictures([str(path)])
    }


MEMBERS = {
    "7.png": b"seven",
    "inner/größe-数字.png": b"x" * 512,  # exactly one block
    "./dot.png": b".",
    "empty": b"",
    ".hidden.png": b"",
    "__MACOSX/7.png": b"",
}
SEEN = dict(zip(("7.png", "inner/größe-数字.png", "dot.png", "empty"), MEMBERS.values(), strict=False))


def test_a_zip_is_read_without_unpacking(tmp_path: Path) -> None:
    make_zip(tmp_path / "a.ZIP", {**MEMBERS, "inner/": b""})
    assert outcomes(tmp_path / "a.ZIP") == SEEN
    assert [each.name for each in tmp_path.iterdir()] == ["a.ZIP"]


def test_a_zip_with_a_prefix_and_a_comment(tmp_path: Path) -> None:
    make_zip(tmp_path / "a.zip", MEMBERS)
    with zipfile.ZipFile(tmp_path / "a.zip", "a") as archive:
        archive.comment = b"PK\5\6 is how an end record begins"
    (tmp_path / "a.zip").write_bytes(b"#!/bin/sh\n" * 100 + (tmp_path / "a.zip").read_bytes())
    assert outcomes(tmp_path / "a.zip") == SEEN


def test_a_zip64_archive_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ZIP64 is written for archives over 4 GB or with more than 65,535 members."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in MEMBERS.items():
            archive.writestr(name, content)
        monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1)  # the directory is written on close
    assert b"PK\6\7" in (tmp_path / "a.zip").read_bytes()
    assert outcomes(tmp_path / "a.zip") == SEEN


def test_an_unsupported_compression_is_reported(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("1", b"one")
    assert outcomes(tmp_path / "a.zip") == {"1": "compression method 12 is not supported: unpack the archive first"}


@pytest.mark.parametrize("bytes_cut", [1, 22, 40, 100])
def test_a_truncated_zip_is_one_line(tmp_path: Path, bytes_cut: int) -> None:
    make_zip(tmp_path / "a.zip", MEMBERS)
    content = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(content[:-bytes_cut])
    assert list(outcomes(tmp_path / "a.zip").values()) == [
        "not a zip archive, or damaged: it has no directory at its end"
    ]


def test_a_zip_with_any_byte_changed_gives_reasons_and_no_wrong_content(tmp_path: Path) -> None:
    make_zip(tmp_path / "a.zip", SEEN)
    whole = (tmp_path / "a.zip").read_bytes()
    for position in range(len(whole)):
        broken = bytearray(whole)
        broken[position] ^= 0x41
        (tmp_path / "a.zip").write_bytes(broken)
        for found in outcomes(tmp_path / "a.zip").values():
            assert isinstance(found, str) or found in SEEN.values()


@pytest.mark.parametrize(("name", "compression"), TARS)
def test_a_tar_is_read_without_unpacking(tmp_path: Path, name: str, compression: Compression) -> None:
    make_tar(tmp_path / name, MEMBERS, compression)
    assert outcomes(tmp_path / name) == SEEN


def test_archives_in_folders_are_classified_in_order(command: Command, folder: Path) -> None:
    seven, three = (sorted((folder / label).iterdir())[0] for label in "73")
    make_zip(folder / "b.zip", {"7/a.png": seven.read_bytes()})
    make_tar(folder / "a.tar.gz", {"3/b.png": three.read_bytes()}, "gz")
    done = command("classify", folder, folder / "b.zip", f"{folder}/*.gz", "--format=csv")
    rows = [row.split(",")[:2] for row in done.out.splitlines()[1:]]
    zipped, tarred = [f"{folder}/b.zip/7/a.png", "7"], [f"{folder}/a.tar.gz/3/b.png", "3"]
    assert done.status == 0
    assert rows[-4:] == [tarred, zipped, zipped, tarred]
    assert len(rows) == 34


def test_links_and_devices_in_archives(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for name, kind in (("soft", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("device", tarfile.CHRTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/hostname"
            archive.addfile(member)
    link = zipfile.ZipInfo("soft")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        zipped.writestr(link, "/etc/hostname")
    reason = "links inside archives are not followed"
    assert outcomes(tmp_path / "a.tar") == {"soft": reason, "hard": reason}
    assert outcomes(tmp_path / "a.zip") == {"soft": reason}


def test_an_encrypted_member_fails_alone(tmp_path: Path) -> None:
    make_zip(tmp_path / "a.zip", {"1.png": b"one", "2.png": b"two"})
    content = bytearray((tmp_path / "a.zip").read_bytes())
    content[6] |= 1  # the flags in the member's header, and in the directory
    content[content.index(b"PK\1\2") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(content)
    found = outcomes(tmp_path / "a.zip")
    assert "encrypted" in str(found["1.png"])
    assert found["2.png"] == b"two"


def cut_tar(path: Path) -> None:
    make_tar(path, {"1": b"1" * 600, "2": b"2" * 600})
    path.write_bytes(path.read_bytes()[:2000])


def cut_between_members(path: Path) -> None:
    make_tar(path, {"1": b"1" * 600, "2": b"2" * 600})
    path.write_bytes(path.read_bytes()[:1536])


def scribbled_header(path: Path) -> None:
    make_tar(path, {"1": b"1" * 600, "2": b"2" * 600})
    content = bytearray(path.read_bytes())
    content[1536:1700] = b"\xff" * 164
    path.write_bytes(content)


def cut_gzip(path: Path) -> None:
    make_tar(path, {"1": b"1" * 600, "2": os.urandom(100_000)}, "gz")
    path.write_bytes(path.read_bytes()[:50_000])


def cut_xz(path: Path) -> None:
    make_tar(path, {"1": b"1" * 600, "2": os.urandom(100_000)}, "xz")
    path.write_bytes(path.read_bytes()[:-60_000])


@pytest.mark.parametrize("damage", [cut_tar, cut_between_members, scribbled_header, cut_gzip, cut_xz])
def test_a_damaged_tar_is_reported_after_its_readable_members(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    damage(tmp_path / "a.tar")
    found = outcomes(tmp_path / "a.tar")
    reason = str(found.pop("."))
    assert reason.startswith("not a tar archive, or damaged: ")
    assert found.pop("1", b"1" * 600) == b"1" * 600
    assert found == {}


def test_a_damaged_zip_member_fails_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("1", b"first" * 100)
        archive.writestr("2", b"second")
    content = (tmp_path / "a.zip").read_bytes().replace(b"firstfirst", b"firstFIRST", 1)
    (tmp_path / "a.zip").write_bytes(content)
    found = outcomes(tmp_path / "a.zip")
    assert str(found["1"]).startswith("damaged inside the archive: ")
    assert found["2"] == b"second"


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz"])
@pytest.mark.parametrize("content", [b"", b"no archive at all" * 100])
def test_a_file_that_is_not_an_archive_is_one_line(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    (reason,) = outcomes(tmp_path / name).values()
    assert f"not a {'zip' if name == 'a.zip' else 'tar'} archive, or damaged: " in str(reason)


def test_a_missing_archive_is_reported_like_a_picture(command: Command, tmp_path: Path) -> None:
    done = command("classify", tmp_path / "a.zip", tmp_path / "a.tar", "--format=csv")
    assert done.status == 1
    assert done.out.count("No such file") == 2


def test_a_decompression_bomb_is_not_unpacked(command: Command, tmp_path: Path) -> None:
    """A member of 64 MiB of zeros, twice the limit: half of it is enough to refuse it."""
    with (
        zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("bomb.png", "w", force_zip64=True) as member,
    ):
        for _ in range(64):
            member.write(bytes(2**20))
    done = command("classify", tmp_path / "a.zip", "--format=csv")
    assert done.status == 1
    assert "larger than" in done.out
