"""What a client can do, one file per noun of the API."""
