"""Archives of pictures, read as they are: nothing is unpacked to disk, and one member at a time is in memory."""

from collections.abc import Iterator

from lenet_client.cli.inputs.picture import Picture

ZIP = (".zip",)
TAR = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")

# One more than a picture may have: enough to see that it has too many, whatever it unpacks to.
READ_BYTES = 32 * 2**20 + 1


def is_archive(path: str) -> bool:
    """Whether the name says that this is an archive."""
    return path.lower().endswith(ZIP + TAR)


def members(path: str) -> Iterator[Picture]:
    """The files in an archive, in the order in which they are in it.

    What is damaged, encrypted or a link is among them, with the reason why it cannot be read; an archive that is
    damaged itself has such a line of its own, after what could still be read.
    """
    if path.lower().endswith(ZIP):
        from lenet_client.cli.inputs.zip_archive import zip_members as read
    else:
        from lenet_client.cli.inputs.tar_archive import tar_members as read
    return read(path)


def is_hidden(name: str) -> bool:
    """Whether a member is left out, as hidden files in folders are: what macOS adds to an archive is among them."""
    return any(part == "__MACOSX" or (part.startswith(".") and part.strip(".")) for part in name.split("/"))
