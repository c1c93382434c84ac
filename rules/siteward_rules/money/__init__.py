"""What a claim is worth, what may be held of it, and who decides."""
