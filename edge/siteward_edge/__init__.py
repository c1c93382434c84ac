"""The agent on a site: cameras and sensors in, messages out, nothing lost between."""
