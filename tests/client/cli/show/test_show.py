"""`lenet show`, run as a process against a real server."""

import json
import os
import pty
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lenet_client.cli.show.pixel_grid import grid_of_file
from lenet_imaging import Preprocessing, decode, prepare
from tests.support.client.command import Lenet
from tests.support.processes import BIN, TIMEOUT, run, server_process
from tests.support.server.repositories import foreign_model, publish, write_options

SAMPLE = Path(__file__).parents[4] / "samples" / "3_0.webp"
BOUNDS = {"ascii": " .:+#@", "utf-8": " ░▒▓█"}


@pytest.fixture(scope="session")
def model_input() -> NDArray[np.uint8]:
    """The model's input for SAMPLE: [28, 28]."""
    image: NDArray[np.uint8] = prepare(SAMPLE.read_bytes(), Preprocessing("ink", 1, 28, 28))[0]
    return image


def test_json_has_the_model_s_input(lenet: Lenet, model_input: NDArray[np.uint8]) -> None:
    done = lenet("show", SAMPLE, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    record = json.loads(done.stdout)
    assert (record["path"], record["model"], record["version"], record["label"]) == (str(SAMPLE), "lenet", 1, "3")
    assert record["top"][0] == [record["label"], record["score"]]
    assert len(record["top"]) == 10
    assert np.array_equal(record["input"], model_input[np.newaxis])


@pytest.mark.parametrize("encoding", BOUNDS)
def test_without_colour_pictures_are_drawn_with_characters(
    lenet: Lenet, model_input: NDArray[np.uint8], encoding: str
) -> None:
    done = lenet("show", SAMPLE, env={**os.environ, "PYTHONIOENCODING": encoding, "COLUMNS": "100"})
    assert done.returncode == 0
    head, *lines = done.stdout.splitlines()
    assert str(SAMPLE) in head.replace(" ", "") or "input of lenet version 1" in head
    assert "\x1b" not in done.stdout
    shades = BOUNDS[encoding]
    levels = model_input.reshape(14, 2, 28).mean(axis=1) / 256
    for row in levels:
        drawn = "".join(shades[int(level * len(shades))] for level in row).rstrip()
        assert any(line.rstrip().endswith(drawn) for line in lines)


def test_the_scores_are_bars(lenet: Lenet) -> None:
    done = lenet("show", SAMPLE, "--top-k=4", env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    best, *others = done.stdout.splitlines()[-4:]
    label, score, bar = best.split()
    assert (label, len(bar)) == ("3", round(30 * float(score)))
    assert all(len(line.split()) in (2, 3) for line in others)


def test_in_a_terminal_pictures_are_drawn_in_colour(address: str, model_input: NDArray[np.uint8]) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": "120"}
    environment.pop("NO_COLOR", None)
    command: list[str | Path] = [BIN / "lenet", "show", SAMPLE, "--server", address]
    process = subprocess.Popen(command, stdout=theirs, env=environment)
    os.close(theirs)
    written = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # how Linux reports that the other side was closed
            break
        if not chunk:
            break
        written += chunk
    os.close(ours)
    assert process.wait(TIMEOUT) == 0
    upper, lower = model_input[14, 14], model_input[15, 14]
    assert f"\x1b[38;2;{upper};{upper};{upper};48;2;{lower};{lower};{lower}m▀" in written.decode()


def test_the_drawing_is_written_to_a_file(lenet: Lenet, tmp_path: Path, model_input: NDArray[np.uint8]) -> None:
    output = tmp_path / "shown.png"
    done = lenet("show", SAMPLE, "--output", output)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with Image.open(output) as opened:
        drawing = np.asarray(opened.convert("L"))
    # The input, ten times as large, is somewhere in it.
    enlarged = np.kron(model_input, np.ones((10, 10), np.uint8))
    windows = np.lib.stride_tricks.sliding_window_view(drawing, enlarged.shape)
    assert (windows[:, :, ::40, ::40] == enlarged[::40, ::40]).all(axis=(2, 3)).any()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"no picture", "not a picture in a known format"), (b"", r"empty \(0 bytes\)"), (None, "cannot be read")],
)
def test_a_bad_picture_has_a_reason(lenet: Lenet, tmp_path: Path, content: bytes | None, reason: str) -> None:
    file = tmp_path / "bad.png"
    if content is not None:
        file.write_bytes(content)
    done = lenet("show", file)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"lenet: {file}: ")
    assert re.search(reason, done.stderr)


def test_a_model_of_coloured_pictures(tmp_path: Path) -> None:
    publish(tmp_path / "models", "colours", 1, foreign_model(size=16).SerializeToString())
    write_options(tmp_path / "models", "colours", '[foreign]\nlabels = ["red", "green", "blue"]\nsoftmax = true\n')
    picture = np.zeros((16, 16, 3), np.uint8)
    picture[:, :8], picture[:, 8:] = (200, 0, 0), (10, 20, 230)
    Image.fromarray(picture).save(tmp_path / "flag.png")
    with server_process(f"--model-repository={tmp_path / 'models'}", "--workers=1") as server:
        address = f"127.0.0.1:{server.grpc_port}"
        done = run("lenet", "show", tmp_path / "flag.png", "--json", "--server", address)
        drawn = run("lenet", "show", tmp_path / "flag.png", "--output", tmp_path / "shown.png", "--server", address)
    record = json.loads(done.stdout)
    assert record["label"] == "blue"
    assert np.array_equal(record["input"], picture.transpose(2, 0, 1))
    assert drawn.returncode == 0, drawn.stderr
    with Image.open(tmp_path / "shown.png") as opened:
        colours = {colour for _, colour in opened.getcolors(2**16) or ()}
    assert {(200, 0, 0), (10, 20, 230)} <= colours


def test_an_unwritable_output_is_a_usage_error(lenet: Lenet, tmp_path: Path) -> None:
    done = lenet("show", SAMPLE, "--output", tmp_path / "none" / "shown.png")
    assert done.returncode == 2
    assert "shown.png" in done.stderr


def test_the_file_is_shown_as_the_server_decodes_it(samples: dict[Path, str]) -> None:
    """Orientation, transparency and bit depth are handled as the server does, else the comparison would mislead."""
    for file in samples:
        shown = grid_of_file(str(file), side=1000)
        read = decode(file.read_bytes())
        assert shown
        difference = np.array(shown.rows, np.int32) - (read if read.ndim == 3 else read[:, :, np.newaxis])
        assert np.abs(difference).mean() <= 1, file.name
