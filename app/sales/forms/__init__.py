"""Shapes of what is entered in the sales desk."""
