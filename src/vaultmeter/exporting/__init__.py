"""Files that are made of reports: in the background, kept, signed, and seen by whoever may see their rows."""
