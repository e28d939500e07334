"""What the pages of the sales desk read."""
