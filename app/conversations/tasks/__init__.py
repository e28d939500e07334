"""Jobs of conversations, one file a topic; imported here so that they are known."""
