"""Which models there are, where their files come from and what may be done with them."""
