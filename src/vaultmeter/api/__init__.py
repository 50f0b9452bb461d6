"""What is answered over HTTP: one file for each thing that can be asked."""
