"""Time-series stores, one module per engine."""
