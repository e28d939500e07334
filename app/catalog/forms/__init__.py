"""Shape of what the catalogue's pages send."""
