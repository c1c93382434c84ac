"""Rules over readings and detections, run over event time."""
