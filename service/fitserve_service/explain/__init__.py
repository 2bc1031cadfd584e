"""Backpropagation explained, by a process beside this one that has TensorFlow."""
