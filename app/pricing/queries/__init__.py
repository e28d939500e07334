"""Reads of prices. `prices` is the one pricing call; the other files serve the price manager's pages."""
