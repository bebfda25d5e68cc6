"""What deeds are worth: ties, rules, the ledger, standings and months."""
