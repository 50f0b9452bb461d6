"""From accepted records to stored events: map, reject, dedupe, identify, store, count."""
