"""Events: pages, and live streams that resume."""
