"""What stands on a simulated site: cameras, a dust and noise box, a tower crane."""
