"""Experiments: posting, reading, cancelling, deleting."""
