"""What really happens on the simulated sites; everything else only reports it."""
