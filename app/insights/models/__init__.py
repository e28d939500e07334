"""Tables of the desks, one file a topic."""
