"""What the pages of conversations read."""
