"""Progress is a bar in a terminal and plain lines elsewhere."""

import sys

import pytest

from lenet_trainer.cli.progress_display import Bars, Lines, stderr_progress
from lenet_trainer.progress import Progress


def work(progress: Progress) -> None:
    """Two activities, the second of unknown length."""
    progress.begin("training", 1000)
    progress.advance(250)
    progress.say("epoch 1 of 4: loss 0.5, validation 97.00 %")
    progress.end()
    progress.begin("downloading", 0)
    progress.advance(10)
    progress.end()


def test_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with stderr_progress() as progress:
        assert isinstance(progress, Lines)
        work(progress)
    assert capsys.readouterr() == (
        "",
        "training (1,000)\nepoch 1 of 4: loss 0.5, validation 97.00 %\ndownloading\n",
    )


def test_bars(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with stderr_progress() as progress:
        assert isinstance(progress, Bars)
        work(progress)
    out, err = capsys.readouterr()
    assert out == ""
    assert "epoch 1 of 4: loss 0.5, validation 97.00 %" in err
    assert err.count("\x1b[?25l") == err.count("\x1b[?25h") > 0  # the cursor is given back


def test_bars_give_the_terminal_back_after_an_interrupt(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")

    def interrupted() -> None:
        with stderr_progress() as progress:
            progress.begin("training", 10)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert capsys.readouterr().err.rstrip("\r\n").endswith("\x1b[2K")
