"""Jobs of the sales desk, one file a topic; imported here so that they are known."""
