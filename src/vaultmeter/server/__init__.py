"""The one process that collects, and answers: listeners, workers and what watches them."""
