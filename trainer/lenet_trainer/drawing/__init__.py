"""Draws results as PNG files, each kind of picture in its own module."""
