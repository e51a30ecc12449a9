"""Pages with several digits, as people write them: side by side, in lines, in boxes that touch, on ruled paper."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.uint8]
KINDS = ("side by side", "lines", "boxes", "ruled")


class Page(NamedTuple):
    """A grey picture [H, W], the numbers of its digits in reading order, and whether two of them touch."""

    picture: Array
    numbers: list[int]
    touches: bool


def page(digits: Array, kind: str, random: np.random.Generator) -> Page:
    """Return a page of a kind of KINDS with two to six of the digits [N, 28, 28], light on black."""
    numbers = random.integers(0, len(digits), int(random.integers(2, 7))).tolist()
    rows = [numbers[: (len(numbers) + 1) // 2], numbers[(len(numbers) + 1) // 2 :]] if kind == "lines" else [numbers]
    cell = round(28 * random.uniform(2, 6))
    step = cell if kind == "boxes" else round(cell * random.uniform(0.75, 1.1))
    height, width = len(rows) * round(1.1 * cell) + cell // 2, max(map(len, rows)) * max(step, cell) + cell
    ink, touches = np.zeros((height, width), np.float32), False
    for row, members in enumerate(rows):
        for column, number in enumerate(members):
            top, left = cell // 4 + row * round(1.1 * cell), cell // 2 + column * step
            place = ink[top : top + cell, left : left + cell]
            drawn = _drawn(digits[number], cell)
            near = cv2.dilate((place > 0.3).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
            touches |= bool((near & (drawn > 0.3)).any())
            np.maximum(place, drawn, out=place)
    printed = _printed(kind, ink.shape[0], ink.shape[1], cell, len(numbers))
    paper = 235 - 200 * np.maximum(ink * random.uniform(0.7, 1), printed)
    if random.random() < 0.2:
        paper = 255 - paper
    noisy = paper + random.normal(0, 3, paper.shape)
    return Page(np.rint(np.clip(noisy, 0, 255)).astype(np.uint8), numbers, touches)


def _drawn(digit: Array, size: int) -> npt.NDArray[np.float32]:
    smooth = cv2.resize(digit.astype(np.float32) / 255, (size, size), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(2 * smooth - 0.5, 0, 1), np.float32)


def _printed(kind: str, height: int, width: int, cell: int, count: int) -> npt.NDArray[np.float32]:
    printed = np.zeros((height, width), np.float32)
    thickness = max(1, cell // 56)
    if kind == "boxes":
        for number in range(count):
            left = cell // 2 + number * cell
            cv2.rectangle(printed, (left, cell // 4), (left + cell, cell // 4 + cell), 0.7, thickness)
    if kind == "ruled":
        for row in range(round(0.3 * cell), height, round(0.9 * cell)):
            cv2.line(printed, (0, row), (width, row + width // 100), 0.5, thickness)
    return printed
