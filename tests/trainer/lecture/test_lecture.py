"""The Python lines of docs/lecture.md give the output that the page shows, and its pictures exist."""

import doctest
import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs/lecture.md"


def test_the_pages_python() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False)
    assert result.attempted >= 20
    assert result.failed == 0


def test_the_pages_pictures() -> None:
    pictures = re.findall(r"\]\((lecture/\w+\.png)\)", PAGE.read_text())
    assert len(pictures) == 8
    assert all((PAGE.parent / picture).is_file() for picture in pictures)
