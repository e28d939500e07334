"""What can be promised, from which warehouse, and when."""
