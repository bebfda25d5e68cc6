"""What people put out, and the tracked links that they put out with it."""
