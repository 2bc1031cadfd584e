"""The data sets: what they are, and some of their rows."""
