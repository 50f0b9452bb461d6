"""What is kept under a name: the address of a page, and the reports that stand behind it."""
