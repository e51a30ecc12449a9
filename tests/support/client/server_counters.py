"""What a server counts, from its /metrics."""

import re
import urllib.request


def images_counted(http_port: int) -> float:
    """How many images the server says that it has classified."""
    with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/metrics", timeout=10) as page:
        found = re.search(r"^lenet_images_total\{.*\} ([0-9.]+)$", page.read().decode(), re.MULTILINE)
    return float(found[1]) if found else 0.0
