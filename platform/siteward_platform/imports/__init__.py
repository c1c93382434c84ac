"""Files that finance brings: payments made, and what the bank says it paid."""
