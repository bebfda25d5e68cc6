"""What was said: conversations with people outside the company."""
