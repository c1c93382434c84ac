"""What the API says and takes, a module per noun; unknown fields of requests are refused."""
