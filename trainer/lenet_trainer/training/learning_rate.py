"""The learning-rate schedule: one cycle (Smith and Topin, Super-convergence, 2018)."""

from torch.optim import Optimizer
from torch.optim.lr_scheduler import OneCycleLR

WARM_UP_SHARE = 0.2  # of all steps: the rate climbs to its maximum, then falls along a cosine; PyTorch's default is 0.3


def one_cycle(optimizer: Optimizer, max_learning_rate: float, steps: int) -> OneCycleLR:
    """Return the schedule for a training of `steps` steps: warm-up to `max_learning_rate`, then cosine decay to 0."""
    # OneCycleLR divides by the steps of the warm-up less one: with 5 steps or fewer, a share of 0.2 would make that 0.
    warm_up = WARM_UP_SHARE if steps > 1 / WARM_UP_SHARE else 0.9 / steps
    return OneCycleLR(optimizer, max_learning_rate, total_steps=steps, pct_start=warm_up)
