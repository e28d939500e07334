"""Tables of conversations, one file a topic."""
