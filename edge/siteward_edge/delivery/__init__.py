"""What waits for the broker, and its way there."""
