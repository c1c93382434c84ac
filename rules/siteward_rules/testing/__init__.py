"""Rules' own test files: given series and facts, at this time, expect these findings."""
