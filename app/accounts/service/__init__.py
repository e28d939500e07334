"""Commands on companies and people."""
