"""What does a browser show? Static files; no Python."""
