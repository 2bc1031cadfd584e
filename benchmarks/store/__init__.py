"""The store and its pages at scale: many experiments, many runs, many epochs, many watchers."""
