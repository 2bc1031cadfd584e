"""The catalogue: every configuration of the exercise sheet."""
