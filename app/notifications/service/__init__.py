"""Commands on notices: tell, send, read."""
