"""Telling other systems what happened, in order, signed, until they have taken it."""
