"""The errors that a user can mend; each message names the cause and the remedy.

TrainerError
├── SettingsError       a setting is out of its range
├── DatasetError        images are missing, damaged or of the wrong form
├── TrainingError       the training diverged
├── CheckpointError     a training cannot resume from this checkpoint
├── ModelError          a file is not a model of this trainer
├── VerificationError   the implementations disagree, so nothing is published
├── PublishError        the model could not be written
└── OutputError         a plot or a report could not be written
"""


class TrainerError(Exception):
    """Base of all errors of this package."""


class SettingsError(TrainerError):
    """A setting is out of its range; the message names the flag and the range."""


class DatasetError(TrainerError):
    """Images are missing, damaged or of the wrong form; the message names the file."""


class TrainingError(TrainerError):
    """The training diverged; the message says what to change."""


class CheckpointError(TrainerError):
    """A checkpoint is damaged or belongs to another training; the message names the file and what differs."""


class ModelError(TrainerError):
    """A file is not a model of this trainer, or does not fit the dataset."""


class VerificationError(TrainerError):
    """The implementations disagree, so the model must not be published."""


class PublishError(TrainerError):
    """The model could not be written; earlier versions are untouched."""


class OutputError(TrainerError):
    """A plot or a report could not be written; the message names the file."""
