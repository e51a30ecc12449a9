"""What zip and tar archives have in common: which members are read, and how many bytes of each."""

# One byte more than the server's limit for an image (32 MiB): enough to see that a member exceeds it, and a bound on
# what a decompression bomb can cost.
MEMBER_READ_BYTES = 32 * 2**20 + 1


def is_hidden(name: str) -> bool:
    """Whether a member is skipped, as hidden files in folders are: dotfiles and macOS's __MACOSX entries."""
    return any(part == "__MACOSX" or (part.startswith(".") and part.strip(".")) for part in name.split("/"))
