"""Picks the reader for an archive by its name; archives are read in place, one member in memory at a time."""

from collections.abc import Iterator

from lenet_client.cli.inputs.picture import Picture

ZIP = (".zip",)
TAR = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")


def is_archive(path: str) -> bool:
    """Whether the name has the suffix of an archive."""
    return path.lower().endswith(ZIP + TAR)


def archive_members(path: str) -> Iterator[Picture]:
    """The files in an archive, in archive order.

    Damaged and encrypted members and links are included, with the reason why they cannot be read. A damaged archive
    ends with an entry for the archive itself, after the members that could still be read.
    """
    if path.lower().endswith(ZIP):  # each reader is imported for the first archive of its kind
        from lenet_client.cli.inputs.zip_archive import zip_members as read_members
    else:
        from lenet_client.cli.inputs.tar_archive import tar_members as read_members
    return read_members(path)
