"""How cost grows: a step's with the network and the batch, an experiment's with its runs."""
