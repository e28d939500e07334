"""What the UN/CEFACT CII formats share, each part with its `write_` and `read_` side by side."""
