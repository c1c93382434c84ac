"""``python -m siteward_cli`` is the ``siteward`` command."""

from siteward_cli.main import main

main()
