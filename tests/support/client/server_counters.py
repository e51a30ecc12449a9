"""Counters from a server's /metrics."""

import re
import urllib.request


def images_counted(http_port: int) -> float:
    """The server's lenet_images_total."""
    with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/metrics", timeout=10) as page:
        found = re.search(r"^lenet_images_total\{.*\} ([0-9.]+)$", page.read().decode(), re.MULTILINE)
    return float(found[1]) if found else 0.0
