"""The training program beside what a user would pick instead."""
