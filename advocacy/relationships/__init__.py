"""One contact's whole story, and what it earned."""
