"""Commands on the catalogue, for pages and importers alike."""
