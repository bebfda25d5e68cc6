"""People outside the company, each as one advocate knows them."""
