"""Reactions of conversations to what happens elsewhere, one file a topic; imported here so that they are known."""
