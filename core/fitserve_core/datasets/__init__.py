"""The data sets that a spec can name."""
