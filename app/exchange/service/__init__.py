"""Commands on import runs."""
