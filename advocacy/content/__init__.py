"""The library: what managers publish for others to share."""
