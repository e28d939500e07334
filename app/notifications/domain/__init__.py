"""What notices know by themselves."""
