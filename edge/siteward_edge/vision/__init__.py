"""What is seen in a picture: people, states of zones, and whether the camera sees at all."""
