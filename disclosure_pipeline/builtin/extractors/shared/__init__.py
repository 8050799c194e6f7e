"""What the readers of several families need."""
