"""A folder with good and bad picture files."""

import shutil
import struct
import zlib
from pathlib import Path

# Python represents a byte of a name that is not UTF-8 as a lone surrogate.
GOOD_NAMES = ("good.png", "sub/deeper/also good.png", "größe-数字.png", "two\nlines.png", "latin-\udce9.png")


def make_bad_folder(folder: Path, good: Path) -> dict[str, str]:
    """Fill the folder; return what each bad file's reason must contain. Good files are copies of `good`."""
    jpeg = next(good.parent.parent.rglob("*.jpg")).read_bytes()
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    huge = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + b"IHDR" + header
    huge += struct.pack(">I", zlib.crc32(b"IHDR" + header))
    (folder / "sub" / "deeper").mkdir(parents=True)
    for name in GOOD_NAMES:
        shutil.copy(good, folder / name)
    (folder / "empty.png").touch()
    (folder / "text.png").write_text("I am not a picture.")
    (folder / "truncated.jpg").write_bytes(jpeg[: len(jpeg) // 2])
    (folder / "huge.png").write_bytes(huge)
    (folder / "unreadable.png").symlink_to("/proc/self/mem")  # opens, but cannot be read: not even by root
    (folder / "broken-link.png").symlink_to(folder / "nowhere.png")
    return {
        "broken-link.png": "No such file",
        "empty.png": "empty",
        "huge.png": "50000×50000",
        "text.png": "not a picture",
        "truncated.jpg": "truncated",
        "unreadable.png": "cannot be read: Input/output error",
    }
