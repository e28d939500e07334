"""Tables of fulfilment, one file a topic."""
