"""What a command line names, as a stream of pictures: folders, files, patterns, lists, archives."""

from lenet_client.cli.inputs.own_files import without
from lenet_client.cli.inputs.picture import Picture, Unreadable
from lenet_client.cli.inputs.pictures import find

__all__ = ["Picture", "Unreadable", "find", "without"]
