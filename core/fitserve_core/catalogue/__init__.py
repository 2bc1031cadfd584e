"""Every configuration of the exercise sheet: a ready spec, and what the sheet reported of it."""
