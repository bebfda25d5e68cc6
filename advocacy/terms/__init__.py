"""The programme's terms, version by version, and who accepted which."""
