"""Tables of the sales desk, one file a topic."""
