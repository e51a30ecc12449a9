"""Sixty-four callers, workers killed, models reloaded, callers leaving: and every answer checked. `make soak`."""
