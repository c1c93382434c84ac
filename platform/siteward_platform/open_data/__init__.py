"""What the public may see of published projects."""
