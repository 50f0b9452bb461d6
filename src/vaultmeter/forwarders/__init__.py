"""Where messages go. One file, one kind of destination; each declares FORWARDER."""
