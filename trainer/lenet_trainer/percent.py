"""Formats shares."""


def percent(share: float) -> str:
    """Return a share from 0 to 1 in per cent, with two decimal places: 99.18 %."""
    return f"{100 * share:.2f} %"
