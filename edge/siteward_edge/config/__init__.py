"""The configuration file, a module per part."""
