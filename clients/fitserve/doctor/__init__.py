"""What a machine needs to train and serve, looked at piece by piece, with what to do about it."""
