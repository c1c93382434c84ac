"""Stand-ins for sites, with ground truth. They know only the public protocols."""
