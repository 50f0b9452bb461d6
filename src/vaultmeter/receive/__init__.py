"""How records reach the inbox. One file, one way in."""
