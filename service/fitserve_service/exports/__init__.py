"""An experiment's figures in the forms that other programs read."""
