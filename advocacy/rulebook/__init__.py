"""The rules page: versions of what deeds are worth, tried before they are set."""
