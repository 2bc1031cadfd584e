"""What client, service and workers share: the spec, the results, the store, the data sets."""
