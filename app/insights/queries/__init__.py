"""What the sales desk and the start page show."""
