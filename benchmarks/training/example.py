"""PyTorch's MNIST example in its published configuration, until 99 % of the test images are correct.

Written from its settings (pytorch/examples, mnist/main.py), not copied: convolutions of 32 and 64 filters of 3×3
without padding, each with a rectifier, max pooling 2×2, dropout 0.25, 9,216 values to 128, rectifier, dropout 0.5,
ten labels; Adadelta with learning rate 1, times 0.7 after each epoch; batches of 64 from a DataLoader in the same
process, which shuffles only with CUDA; each picture becomes a PIL image, then a tensor, then is normalised
by 0.1307 and 0.3081; a test in batches of 1,000 after each of 14 epochs. Not as published: the pictures come from the
same local files as ours, without torchvision, and it ends as soon as it has reached the goal.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from lenet_trainer.datasets.loader import load
from lenet_trainer.progress import Silent
from lenet_trainer.settings import DataSettings

GOAL, EPOCHS, BATCH, TEST_BATCH = 0.99, 14, 64, 1000


class Pictures(Dataset[tuple[Tensor, int]]):
    """Images that are converted one by one, as torchvision's transforms do."""

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.int64]):
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        """Return the image, float32 [1, 28, 28], and its label."""
        picture = Image.fromarray(self.images[index, 0])
        pixels = torch.from_numpy(np.array(picture, np.uint8, copy=True)).view(1, 28, 28)
        return (pixels.float().div(255) - 0.1307) / 0.3081, int(self.labels[index])


def network() -> nn.Sequential:
    """The example's network, 1,199,882 parameters."""
    convolutions = (nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25))
    dense = (nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10))
    return nn.Sequential(*convolutions, *dense)


def main() -> None:
    """Train until the goal, and print epochs and test accuracy as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    dataset = load(DataSettings(data_dir=arguments.data_dir), Silent())
    training = DataLoader(Pictures(*dataset.split("train")), BATCH)
    testing = DataLoader(Pictures(*dataset.split("test")), TEST_BATCH)
    model = network()
    optimizer = torch.optim.Adadelta(model.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)
    accuracy, epoch = 0.0, 0
    while accuracy < GOAL and epoch < EPOCHS:
        model.train()
        for pixels, labels in training:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(pixels), labels).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        model.eval()
        with torch.no_grad():
            right = sum(int((model(pixels).argmax(dim=1) == labels).sum()) for pixels, labels in testing)
        schedule.step()
        accuracy, epoch = right / len(dataset.test_labels), epoch + 1
        print(f"epoch {epoch}: {accuracy:.4f}", file=sys.stderr, flush=True)
    print(json.dumps({"epochs": epoch, "accuracy": accuracy}))


if __name__ == "__main__":
    main()
