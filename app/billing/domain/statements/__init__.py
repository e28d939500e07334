"""Bank statements as banks write them, read into one form. Pure: bytes in, statements out; nothing is trusted."""
