"""Ways to run a tender, one file each."""
