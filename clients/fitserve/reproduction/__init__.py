"""The exercise sheet's tables, trained again: posts, comparison with our own spread, report."""
