"""Rules about companies and people, without database and web."""
