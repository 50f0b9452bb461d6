"""How the state's tables came to be, one script a version."""
