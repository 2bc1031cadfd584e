"""Requests for predictions, thousands a second: as little around the model as can be."""
