"""Starts the production commands as child processes and watches over them."""
