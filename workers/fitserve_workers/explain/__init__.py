"""Backpropagation explained: the training program's own arithmetic, with what is in between."""
