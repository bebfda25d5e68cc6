"""Letters: written into a queue with what causes them, and delivered by the clock."""
