"""Who did what, to whom, when."""
