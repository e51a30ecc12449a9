"""What happens when a port cannot be opened."""


class PortUnavailable(Exception):
    """A port cannot be listened on. The message names the address and the remedy."""

    def __init__(self, host: str, port: int, flag: str) -> None:
        super().__init__(f"cannot listen on {host}:{port}: is another server there? Choose another with {flag}")
