"""When reports leave by themselves."""
