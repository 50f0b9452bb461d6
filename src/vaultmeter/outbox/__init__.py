"""What leaves, in one durable queue: delivered at least once, in order, retried."""
