"""TIFF: what a file says about its samples, and the reading of them.

libtiff only unpacks bytes here: the file is given to it with a directory written by this module, as rows of bytes
without a meaning. What they mean is for `tiff_samples`. So planar files, 2 and 4 bits, BigTIFF and any transparency
come out right, at a cost that the header tells. Fax and JPEG compression, which know pixels, are OpenCV's whole.
"""

import struct
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lenet_imaging.decoding.encoded import Encoded, Raster, Wanted
from lenet_imaging.decoding.opencv import decode_samples, split_alpha
from lenet_imaging.decoding.orientation import UPRIGHT
from lenet_imaging.decoding.tiff_directory import Directory
from lenet_imaging.decoding.tiff_samples import BLACK_IS_ZERO, Layout, rows_to_raster
from lenet_imaging.errors import ImageError

_WIDTH, _LENGTH, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER = 256, 257, 258, 259, 262, 266
_OFFSETS, _ORIENTATION, _SAMPLES, _ROWS_PER_STRIP, _COUNTS, _PLANAR = 273, 274, 277, 278, 279, 284
_FAX_3_OPTIONS, _FAX_4_OPTIONS, _PREDICTOR, _COLOUR_MAP = 292, 293, 317, 320
_TILE_WIDTH, _TILE_LENGTH, _TILE_OFFSETS, _TILE_COUNTS = 322, 323, 324, 325
_EXTRA_SAMPLES, _SAMPLE_FORMAT, _JPEG_TABLES, _SUBSAMPLING = 338, 339, 347, 530

_OF_WHOLE = (
    *(_WIDTH, _LENGTH, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER, _SAMPLES, _ROWS_PER_STRIP),
    *(_FAX_3_OPTIONS, _FAX_4_OPTIONS, _TILE_WIDTH, _TILE_LENGTH, _SUBSAMPLING),
)
_PLAIN_BITS = 24  # of a pixel, in a picture whose cost is its pixels
_MAX_WASTE, _FREE_WASTE = 4, 1 << 20  # how far tiles may reach past the picture: times its pixels, and pixels
_NONE, _JPEG = 1, 7
_BYTES = {_NONE, 5, 8, 32946, 32773}  # and LZW, Deflate (twice), PackBits
_FAX = {2, 3, 4}
_FORMATS = {2: "int", 3: "float"}  # sample formats that are not read, beside complex ones
_ADVICE = "save it again with 8 or 16 bits a sample and LZW, Deflate or no compression"


@dataclass(frozen=True)
class _Strips:
    """Where the packed bytes lie: `across` strips or tiles of `width` × `length` side by side, for each plane."""

    tiled: bool
    width: int
    length: int
    across: int
    down: int
    offsets: list[int]
    counts: list[int]


def parse(data: bytes) -> Encoded:
    """Return the first picture in a TIFF file.

    Raises ValueError where its directory is damaged, ImageError for a kind that is not read.
    """
    directory = Directory(data)
    width, height = directory.number(_WIDTH, 0), directory.number(_LENGTH, 0)
    layout, compression = _layout(directory, width, height), directory.number(_COMPRESSION, _NONE)
    stated = directory.number(_ORIENTATION, UPRIGHT)

    def unpack(_: Wanted) -> Raster:
        strips = _strips(directory, layout, compression, len(data))
        if compression in _BYTES:
            rows = [_rows(data, layout, strips, compression, plane, directory) for plane in range(layout.planes)]
            tile_width = strips.width if strips.tiled else width
            raster = rows_to_raster(rows, layout, tile_width)
        else:
            raster = split_alpha(_whole(data, directory, strips))
        return raster._replace(orientation=stated)

    # A tile is unpacked whole, however little of it the picture shows.
    full_width = max(width, directory.number(_TILE_WIDTH, 0))
    full_height = max(height, directory.number(_TILE_LENGTH, 0))
    if full_width * full_height > _MAX_WASTE * width * height + _FREE_WASTE:
        raise ValueError("TIFF tiles that are far larger than the picture")
    bits = max(_PLAIN_BITS, layout.bits * layout.samples) * (1 if compression == _NONE else 2)
    return Encoded(width, height, full_width * full_height * bits // _PLAIN_BITS, unpack)


def _layout(directory: Directory, width: int, height: int) -> Layout:
    """Return what the samples mean. Raises ImageError for a kind that is not read."""
    samples = directory.number(_SAMPLES, 1)
    bits, formats = set(directory.numbers(_BITS)) or {1}, set(directory.numbers(_SAMPLE_FORMAT)) or {1}
    compression, photometric = directory.number(_COMPRESSION, _NONE), directory.number(_PHOTOMETRIC, -1)
    named = f"{_FORMATS.get(min(formats), 'complex')}{min(bits)}"
    if not formats <= {1, 4}:
        raise ImageError(f"the TIFF picture has samples of type {named}, not of 8 or 16 bits: {_ADVICE}")
    layout = Layout(
        width=width,
        height=height,
        bits=min(bits),
        samples=samples,
        planar=directory.number(_PLANAR, 1) == 2 and samples > 1,
        photometric=photometric,
        predicted=directory.number(_PREDICTOR, 1) == 2 and compression in _BYTES - {_NONE, 32773},
        extra=directory.numbers(_EXTRA_SAMPLES),
        colour_map=directory.numbers(_COLOUR_MAP),
        order=directory.order,
    )
    problem = None
    if compression in _BYTES:
        problem = layout.problem()
        if len(bits) > 1:
            problem = "samples of different sizes"
        elif directory.number(_PREDICTOR, 1) > 2:
            problem = "a predictor for floating point"
    elif compression in _FAX:
        bilevel = bits == {1} and samples == 1 and photometric in (0, 1)
        problem = None if bilevel else "fax compression of other than black and white"
    elif compression == _JPEG:
        right = bits == {8} and samples in (1, 3) and not layout.planar and photometric in (1, 2, 6)
        problem = None if right else "JPEG compression of planes or of other than 8-bit grey, RGB or YCbCr"
    else:
        problem = f"compression {compression}"
    if problem:
        raise ImageError(f"the TIFF picture has {problem}; this is not read: {_ADVICE}")
    return layout


def _strips(directory: Directory, layout: Layout, compression: int, size: int) -> _Strips:
    """Return where the packed bytes lie. Raises ValueError where that does not fit the picture or the file."""
    tiled = bool(directory.numbers(_TILE_OFFSETS))
    width = directory.number(_TILE_WIDTH, 0) if tiled else layout.width
    rows = directory.number(_TILE_LENGTH, 0) if tiled else directory.number(_ROWS_PER_STRIP, layout.height)
    if width < 1 or rows < 1 or (tiled and width % 8):
        raise ValueError("TIFF strips or tiles without an area")
    length = rows if tiled else min(rows, layout.height)
    across, down = -(-layout.width // width), -(-layout.height // length)
    offsets = directory.numbers(_TILE_OFFSETS if tiled else _OFFSETS)
    counts = directory.numbers(_TILE_COUNTS if tiled else _COUNTS)
    if not counts and compression == _NONE and len(offsets) == 1 and not tiled:
        counts = [layout.row_bytes(width) * length]
    if not len(offsets) == len(counts) == across * down * layout.planes:
        raise ValueError("not the number of TIFF strips or tiles that the picture needs")
    if any(offset + count > size for offset, count in zip(offsets, counts, strict=True)):
        raise ImageError("the TIFF picture is truncated: its strips or tiles lie past the end of the file")
    return _Strips(tiled, width, length, across, down, offsets, counts)


def _rows(
    data: bytes, layout: Layout, strips: _Strips, compression: int, plane: int, directory: Directory
) -> npt.NDArray[np.uint8]:
    """Return a plane's unpacked bytes, uint8 [height, bytes a row]; tiles are unpacked as strips."""
    row_bytes, number = layout.row_bytes(strips.width), strips.across * strips.down
    # OpenCV takes 16-bit grey as it is, and 8-bit grey by way of RGBA: four times the memory.
    size = 2 if row_bytes % 2 == 0 else 1
    height = strips.length * number if strips.tiled else layout.height
    mine = slice(plane * number, (plane + 1) * number)
    tags = {
        _WIDTH: [row_bytes // size],
        _LENGTH: [height],
        _BITS: [8 * size],
        _COMPRESSION: [compression],
        _PHOTOMETRIC: [BLACK_IS_ZERO],
        _FILL_ORDER: [directory.number(_FILL_ORDER, 1)],
        _SAMPLES: [1],
        _ROWS_PER_STRIP: [strips.length],
    }
    placed = replace(strips, tiled=False, offsets=strips.offsets[mine], counts=strips.counts[mine])
    samples = decode_samples(_with_directory(data, tags, placed))
    if samples.shape != (height, row_bytes // size):
        raise ValueError("libtiff gives another size")
    rows = np.ascontiguousarray(samples).view(np.uint8)
    if strips.tiled:
        tiles = rows.reshape(strips.down, strips.across, strips.length, row_bytes).transpose(0, 2, 1, 3)
        rows = tiles.reshape(strips.down * strips.length, strips.across * row_bytes)
        rows = np.ascontiguousarray(rows[: layout.height, : layout.row_bytes(layout.width)])
    return rows


def _whole(data: bytes, directory: Directory, strips: _Strips) -> npt.NDArray[np.uint8]:
    """Return the samples of a picture that OpenCV reads whole."""
    tags = {tag: values for tag in _OF_WHOLE if (values := directory.numbers(tag))}
    return decode_samples(_with_directory(data, tags, strips, tables=directory.raw(_JPEG_TABLES))).astype(np.uint8)


def _with_directory(data: bytes, tags: dict[int, list[int]], strips: _Strips, tables: bytes = b"") -> bytes:
    """Return the file with another directory, of these tags alone."""
    tags[_TILE_OFFSETS if strips.tiled else _OFFSETS] = strips.offsets
    tags[_TILE_COUNTS if strips.tiled else _COUNTS] = strips.counts
    blobs = {tag: np.asarray(values, "<u4").tobytes() for tag, values in tags.items()}
    start = len(data) + len(data) % 2
    position = start + 2 + 12 * (len(blobs) + bool(tables)) + 4
    entries, values = [], []
    for tag, blob, kind in sorted([(tag, blob, 4) for tag, blob in blobs.items()] + [(_JPEG_TABLES, tables, 7)]):
        if not blob:
            continue
        number = len(blob) // 4 if kind == 4 else len(blob)
        inline = blob if len(blob) <= 4 else struct.pack("<I", position)
        entries.append(struct.pack("<HHI", tag, kind, number) + inline.ljust(4, b"\0"))
        if len(blob) > 4:
            blob += b"\0" * (len(blob) % 2)
            values.append(blob)
            position += len(blob)
    head = b"II*\0" + struct.pack("<I", start)
    return b"".join(
        [head, data[8:], b"\0" * (len(data) % 2), struct.pack("<H", len(entries)), *entries, bytes(4), *values]
    )
