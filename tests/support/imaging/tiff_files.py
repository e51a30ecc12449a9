"""TIFF files of every kind, written here because Pillow writes few of them."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NONE, DEFLATE, PACKBITS = 1, 8, 32773


@dataclass(frozen=True)
class Tiff:
    """How the samples [H, W, samples] of a picture lie in a file. Strips have 7 rows, tiles 16×16 pixels."""

    bits: int = 8
    photometric: int = 1
    extra: Sequence[int] = ()
    planar: bool = False
    tiled: bool = False
    predicted: bool = False
    big: bool = False
    order: str = "<"
    compression: int = NONE
    colour_map: Sequence[int] = ()
    orientation: int = 1

    def file(self, samples: npt.NDArray[np.uint16]) -> bytes:
        """Return the file; the samples are whole numbers below 2 ** bits."""
        height, width, number = samples.shape
        planes = [samples[:, :, [at]] for at in range(number)] if self.planar else [samples]
        pieces = [self._packed(piece) for plane in planes for piece in self._pieces(plane)]
        word = "Q" if self.big else "I"
        head = (b"II" if self.order == "<" else b"MM") + struct.pack(self.order + "H", 43 if self.big else 42)
        head += struct.pack(self.order + "HHQ", 8, 0, 0) if self.big else struct.pack(self.order + "I", 0)
        offsets = [len(head) + sum(len(piece) for piece in pieces[:at]) for at in range(len(pieces))]
        tags: dict[int, tuple[str, Sequence[int]]] = {
            256: ("I", [width]),
            257: ("I", [height]),
            258: ("H", [self.bits] * number),
            259: ("H", [self.compression]),
            262: ("H", [self.photometric]),
            274: ("H", [self.orientation]),
            277: ("H", [number]),
            284: ("H", [2 if self.planar else 1]),
            317: ("H", [2 if self.predicted else 1]),
            320: ("H", self.colour_map),
            338: ("H", self.extra),
        }
        if self.tiled:
            tags |= {322: ("H", [16]), 323: ("H", [16]), 324: (word, offsets), 325: (word, [*map(len, pieces)])}
        else:
            tags |= {273: (word, offsets), 278: ("H", [7]), 279: (word, [*map(len, pieces)])}
        body = head + b"".join(pieces)
        start = struct.pack(self.order + word, len(body))
        return head[: -len(start)] + start + body[len(head) :] + self._directory(tags, len(body))

    def _pieces(self, plane: npt.NDArray[np.uint16]) -> Iterator[npt.NDArray[np.uint16]]:
        height, width, _ = plane.shape
        if not self.tiled:
            yield from (plane[top : top + 7] for top in range(0, height, 7))
            return
        padded = np.pad(plane, ((0, -height % 16), (0, -width % 16), (0, 0)))
        for top in range(0, height, 16):
            for left in range(0, width, 16):
                yield padded[top : top + 16, left : left + 16]

    def _packed(self, piece: npt.NDArray[np.uint16]) -> bytes:
        if self.predicted:
            before = np.concatenate([np.zeros_like(piece[:, :1]), piece[:, :-1]], axis=1)
            piece = (piece - before) & np.uint16((1 << self.bits) - 1)
        rows = piece.reshape(len(piece), -1)
        if self.bits >= 8:
            data = rows.astype(f"{self.order}u{self.bits // 8}").tobytes()
        else:
            bits = np.unpackbits(rows.astype(np.uint8)[:, :, np.newaxis], axis=2)[:, :, 8 - self.bits :]
            data = np.packbits(bits.reshape(len(rows), -1), axis=1).tobytes()
        if self.compression == DEFLATE:
            return zlib.compress(data)
        if self.compression == PACKBITS:
            return b"".join(
                bytes([len(run) - 1]) + run for run in (data[at : at + 128] for at in range(0, len(data), 128))
            )
        return data

    def _directory(self, tags: dict[int, tuple[str, Sequence[int]]], at: int) -> bytes:
        tags = {tag: values for tag, values in sorted(tags.items()) if values[1]}
        inline, word = (8, "Q") if self.big else (4, "I")
        entries, values = b"", b""
        after = at + (8 if self.big else 2) + len(tags) * (20 if self.big else 12) + inline
        for tag, (form, numbers) in tags.items():
            packed = struct.pack(f"{self.order}{len(numbers)}{form}", *numbers)
            kind = {"H": 3, "I": 4, "Q": 16}[form]
            entries += struct.pack(f"{self.order}HH{word}", tag, kind, len(numbers))
            if len(packed) <= inline:
                entries += packed.ljust(inline, b"\0")
            else:
                entries += struct.pack(self.order + word, after + len(values))
                values += packed + b"\0" * (-len(packed) % 8)
        return struct.pack(self.order + ("Q" if self.big else "H"), len(tags)) + entries + bytes(inline) + values
