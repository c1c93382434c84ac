"""Compares what the platform reported with the simulators ground truth."""
