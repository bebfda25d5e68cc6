"""Questions about an entry, the answers, and what was kept or set aside."""
