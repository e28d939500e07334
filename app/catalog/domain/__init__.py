"""What an article is, how its code is read, and which quantities of it may be ordered."""
