"""The library's pages: what is worth sharing, and sharing it."""
