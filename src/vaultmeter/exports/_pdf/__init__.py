"""What sets a PDF: a program of its own, a template, and a font with its licence."""
