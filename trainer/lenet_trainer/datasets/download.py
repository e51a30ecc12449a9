"""Downloads one file over HTTP, complete and checked, or not at all."""

import http.client
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path

from lenet_trainer.errors import DatasetError
from lenet_trainer.progress import Progress

TIMEOUT_SECONDS = 30.0
CHUNK_BYTES = 1 << 16


def download(url: str, target: Path, unpack: Callable[[bytes], bytes], progress: Progress) -> bytes:
    """Download `url` to `target` and return the result of `unpack` on its content.

    `unpack` raises DatasetError for wrong content; then nothing is written. The file is written beside its target and
    renamed, so that a reader never sees half of it. Raises DatasetError, naming the address and the reason, if it
    cannot be downloaded or written.
    """
    content = fetch(url, progress)
    unpacked = unpack(content)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".download-{uuid.uuid4().hex}")
        try:
            beside.write_bytes(content)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)  # already gone if the rename succeeded
    except OSError as error:
        raise DatasetError(f"{target} cannot be written: {error.strerror}; choose another --data-dir") from error
    return unpacked


def fetch(url: str, progress: Progress) -> bytes:
    """Return the whole body of `url`; raises DatasetError if it cannot be reached or ends too early."""
    request = urllib.request.Request(url, headers={"User-Agent": "lenet-trainer"})  # noqa: S310 - settings allow http(s) only
    content = bytearray()
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            length = int(response.headers.get("Content-Length") or 0)
            progress.begin(f"downloading {url.rsplit('/', 1)[-1]}", length)
            while chunk := response.read(CHUNK_BYTES):
                content += chunk
                progress.advance(len(chunk))
            progress.end()
    except urllib.error.HTTPError as error:
        error.close()
        raise DatasetError(f"{url} cannot be downloaded: the server answered {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise DatasetError(f"{url} cannot be downloaded: {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise DatasetError(f"{url} cannot be downloaded: {error or type(error).__name__}") from error
    if len(content) < length:
        raise DatasetError(f"{url} broke off after {len(content):,} of {length:,} bytes")
    return bytes(content)
