"""The ``siteward`` command: names its subcommands and imports only the one that is called."""
