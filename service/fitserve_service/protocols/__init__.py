"""Protocols that other tools speak, over the same models as `POST /predict`."""
