"""What people read, built from rows and facts."""
