"""`fitserve demo`: the whole product in one short sitting."""
