"""Today, and one's own growth."""
