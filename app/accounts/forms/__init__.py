"""Shapes of input about companies and people; what it means is checked by the services."""
