"""Packs as an author wrote them, put in the place of those they would replace."""

from collections.abc import Sequence
from pathlib import Path

from siteward_contracts.config_file import ConfigError, read
from siteward_rules.language.layers import Pack
from siteward_rules.language.rule_file import read_packs, shipped_files


def candidate_packs(files: Sequence[Path], shipped: Sequence[Pack]) -> tuple[list[Pack], set[str]]:
    """What would be in force with these packs, and the rules they have a say in.

    A file replaces the shipped pack of its name; one of another name comes beside them.

    Raises:
        ConfigError: With every problem of every file.
    """
    names = {_name(path) for path in files}
    kept = [path for path in shipped_files() if _name(path) not in names]
    packs = read_packs([*kept, *files])
    own = packs[len(kept) :]
    replaced = [pack for pack in shipped if pack.spec.pack in names]
    say = {spec.id for pack in (*own, *replaced) for spec in pack.spec.rules}
    say |= {spec.rule for pack in (*own, *replaced) for spec in pack.spec.overrides}
    return packs, say


def _name(path: Path) -> str | None:
    """A pack's name as far as it can be read; :func:`read_packs` tells of the rest."""
    try:
        value = read(path).value
    except ConfigError:
        return None
    name = value.get("pack") if isinstance(value, dict) else None
    return name if isinstance(name, str) else None
