"""Pure rules of the sales desk."""
