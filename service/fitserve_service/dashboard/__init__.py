"""The dashboard: static pages that talk to the API like any other client."""
