"""From a camera to its newest picture."""
