"""Tables of billing, one file a topic."""
