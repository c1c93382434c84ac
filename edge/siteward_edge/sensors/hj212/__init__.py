"""HJ 212: how dust and noise boxes speak."""
