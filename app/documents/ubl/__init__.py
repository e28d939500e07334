"""What the UBL 2.1 formats share, each part with its `write_` and `read_` side by side."""
