"""The asynchronous client, and the source that its synchronous twin is drawn from.

`scripts/draw_sync_client.py` writes `fitserve.sync` by taking the awaiting out, so that the two
cannot come apart. What needs no connection is in neither: it stands in the package above.
"""
