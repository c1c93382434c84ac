"""Pictures that prove something."""
