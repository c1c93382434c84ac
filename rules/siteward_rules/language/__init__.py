"""The language rule packs are written in: read, checked, layered and built."""
