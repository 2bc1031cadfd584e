"""The fault campaign: a real service attacked, and one checker of what must hold after it."""
