"""LeNet beside the methods that the lecture names as its rivals, on the same pictures."""
