"""Tables of the catalogue. Shared by all companies but for the customers' own article numbers."""
