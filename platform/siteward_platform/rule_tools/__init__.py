"""What helps the people who write rules: why one fired, and how often another would have."""
