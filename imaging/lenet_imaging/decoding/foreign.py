"""Formats that are not read, each with its name and the way out."""

import re

_CONVERT = "save or export it as PNG or JPEG"
_IPHONE = "on an iPhone choose Settings > Camera > Formats > Most Compatible, or export it as JPEG"
_PAGES = "export its page as PNG"

_FOREIGN: tuple[tuple[re.Pattern[bytes], str, str], ...] = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), name, advice)
    for pattern, name, advice in (
        (rb".{4}ftyp(hei[cfmsx]|hev[cmsx]|mif[12]|msf1)", "HEIC", _IPHONE),
        (rb".{4}ftyp(crx )", "Canon raw", _CONVERT),
        (rb".{4}(ftyp|moov|mdat)", "MP4 or QuickTime video", "save one of its frames as PNG or JPEG"),
        (rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL", _CONVERT),
        (rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51", "JPEG 2000", _CONVERT),
        (rb"\xff\xd8", "JPEG", "it ends after two bytes: fetch or save it again"),
        (rb"%PDF-", "PDF", _PAGES),
        (rb"%!PS|\xc5\xd0\xd3\xc6", "PostScript", _PAGES),
        (rb"(\xef\xbb\xbf)?\s*(<(\?xml|!--|!doctype svg)[^>]*>\s*){0,9}<svg", "SVG", _CONVERT),
        (rb"(\xef\xbb\xbf)?\s*(<!doctype html|<html)", "HTML", "it is a web page: fetch the picture itself"),
        (rb"8BPS", "Photoshop", _CONVERT),
        (rb"gimp xcf", "GIMP", _CONVERT),
        (rb"\0\0\x01\0|\0\0\x02\0", "Windows icon", _CONVERT),
        (rb"P[1-7]\s|P[Ff]\s", "PNM", _CONVERT),
        (rb"qoif", "QOI", _CONVERT),
        (rb"\x76\x2f\x31\x01", "OpenEXR", _CONVERT),
        (rb"#\?(RADIANCE|RGBE)", "Radiance HDR", _CONVERT),
        (rb"AT&TFORM", "DjVu", _PAGES),
        (rb"DDS ", "DDS", _CONVERT),
        (rb"\x59\xa6\x6a\x95", "Sun raster", _CONVERT),
        (rb".{128}DICM", "DICOM", _CONVERT),
        (rb"\xd7\xcd\xc6\x9a|\x01\0\0\0.{36} EMF", "Windows metafile", _CONVERT),
        (rb"FUJIFILMCCD-RAW|IIU\0|IIRO|MMOR", "camera raw", _CONVERT),
        (rb"PK\x03\x04", "ZIP archive", "unpack it and send the pictures in it"),
        (rb"\x1f\x8b", "gzip", "unpack it first"),
        (rb"version https://git-lfs", "Git LFS pointer", "run `git lfs pull` to fetch the picture"),
    )
)


def foreign_format(data: bytes, known: tuple[str, ...]) -> str:
    """Return the message for a file that is in none of the known formats: its name and the remedy, if known."""
    head, formats = data[:4096], ", ".join(known)
    for pattern, name, advice in _FOREIGN:
        if pattern.match(head):
            return f"a {name} file is not read, only {formats}: {advice}"
    return f"not a picture in a known format ({formats})"
