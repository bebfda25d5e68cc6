"""The manager's leaderboard and the way down to every entry."""
