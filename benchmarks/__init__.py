"""Benchmarks of server, client and trainer. Each is a command; README.md lists them."""
