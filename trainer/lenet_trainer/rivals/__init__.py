"""LeNet beside the methods of its time, the lecture's support vector machines among them, on the same pictures."""
