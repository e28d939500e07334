"""Commands of the sales desk."""
