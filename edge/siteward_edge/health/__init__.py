"""Whether a camera can be relied on."""
