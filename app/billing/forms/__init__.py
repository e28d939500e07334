"""Shapes of what is entered in billing."""
