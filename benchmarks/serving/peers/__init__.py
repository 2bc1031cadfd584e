"""The peers' servers, each run by the interpreter of its own environment; none knows fitserve."""
