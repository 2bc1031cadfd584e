"""Other ways to train the same problems, a module each; floors are no peers."""
