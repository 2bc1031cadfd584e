"""Side by side with peers: what is measured here is never a timed test."""
