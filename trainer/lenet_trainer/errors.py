"""The errors that a user can do something about; each message names the thing and the remedy.

TrainerError
├── SettingsError       a setting is out of its range
├── DatasetError        pictures are missing, damaged or not of the expected form
├── TrainingError       the training came to nothing
├── CheckpointError     a training cannot go on from this checkpoint
├── ModelError          a file is not a model that this trainer wrote
├── VerificationError   the implementations disagree, so nothing is published
├── PublishError        the model could not be written
└── OutputError         a drawing could not be written
"""


class TrainerError(Exception):
    """What every error of this package derives from."""


class SettingsError(TrainerError):
    """A setting is out of its range; the message names the flag and the range."""


class DatasetError(TrainerError):
    """Pictures are missing, damaged or not of the expected form; the message names the file."""


class TrainingError(TrainerError):
    """The training came to nothing; the message says what to change."""


class CheckpointError(TrainerError):
    """A checkpoint is damaged, or of another training; the message names the file and what differs."""


class ModelError(TrainerError):
    """A file is not a model that this trainer wrote, or does not fit the dataset."""


class VerificationError(TrainerError):
    """The implementations disagree about the model, so it must not be published."""


class PublishError(TrainerError):
    """The model could not be written; what was there before is untouched."""


class OutputError(TrainerError):
    """A drawing could not be written; the message names the file."""
