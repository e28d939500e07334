"""Rows of billing as neutral documents."""
