"""The synchronous client, drawn from `fitserve.aio` by `scripts/draw_sync_client.py`."""
