"""The wire contract of lenet: one sub-package for each version of the API."""
