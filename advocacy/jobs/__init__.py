"""Work by the clock: what is due, who does it, and how it went."""
