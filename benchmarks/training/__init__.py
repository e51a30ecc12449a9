"""What the trainer is worth: its speed beside PyTorch's example, all seeds of its recipe, and a model in int8."""
