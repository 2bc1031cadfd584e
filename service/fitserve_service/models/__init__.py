"""Kept models: what they are called, how they are asked, their files."""
