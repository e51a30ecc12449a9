"""Version 1 of the classification API, generated from `classifier.proto`."""
