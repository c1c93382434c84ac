"""HTTP and WebSocket API under /api/v1, and the web app."""
