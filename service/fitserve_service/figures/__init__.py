"""What there is to look at, drawn once, as Plotly figures for pages and notebooks alike."""
