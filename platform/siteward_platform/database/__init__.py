"""Tables, migrations and sessions."""
