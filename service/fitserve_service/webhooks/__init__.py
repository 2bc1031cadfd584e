"""Webhooks: told of experiments that have ended, signed, again until it has worked."""
