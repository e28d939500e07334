"""Rules of the sales desk."""
