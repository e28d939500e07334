"""Shape of what the price manager's pages send."""
