"""What the server costs and what it stands. Each measurement is a command: README.md lists them."""
