"""Shapes of what is entered in conversations."""
