"""Shape of what buyers enter; meaning is checked by the services."""
