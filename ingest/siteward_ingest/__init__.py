"""From the broker to the time-series store; acknowledges only what is committed."""
