"""What is measured of a model on a test split, each measure in its own module."""
