"""Soak test: 64 callers while workers are killed, models reload and calls are cancelled; every response is checked."""
