"""The published criteria by which a hazard is ``major``: data, a file per edition.

No clause number is ever made up. Where an edition's text has not been checked against the
official file it is not shipped, and whoever grades by it quotes the clause from the paper.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from siteward_contracts.config_file import read, validate
from siteward_rules.findings import Trust

SHIPPED: Final = Path(str(files("siteward_rules"))) / "hazards" / "clauses"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Article(_Entry):
    """One article; ``items`` are summaries in the order of the text."""

    id: Annotated[str, Field(pattern=r"^[0-9]{1,3}$")]
    title: str
    trust: Literal["read", "verify"]
    items: Annotated[tuple[str, ...], Field(min_length=1)]


class Edition(_Entry):
    """One edition of the criteria.

    Attributes:
        edition: Its year.
        title: In full.
        doc: The document's number.
        trust: Whether the official wording was checked.
        complete: Whether every article is listed.
        superseded_by: The edition after it, if there is one.
        articles: Those whose content was read.
    """

    edition: str
    title: str
    doc: str
    trust: Trust
    complete: bool
    superseded_by: str | None
    articles: tuple[Article, ...]


class UnknownClauseError(ValueError):
    """There is no such edition or article, or it must be quoted; ``code`` says which."""

    def __init__(self, code: str, text: str) -> None:
        """Keeps the code."""
        self.code = code
        super().__init__(text)


@cache
def editions() -> tuple[Edition, ...]:
    """The editions that come with Siteward, newest first.

    Raises:
        ConfigError: A file is wrong.
    """
    found = [validate(read(path), Edition) for path in sorted(SHIPPED.glob("major-*.yaml"))]
    return tuple(sorted(found, key=lambda edition: edition.edition, reverse=True))


def cite(edition: str, article: str, quoted: str) -> str:
    """A clause as orders and the log write it: document, article, and the words quoted.

    Args:
        edition: Year of the edition.
        article: Article and item as the paper numbers them, e.g. ``5(二)``.
        quoted: The clause's words, copied by the person who grades.

    Raises:
        UnknownClauseError: No such edition; a complete edition without that article; no words.
    """
    known = {e.edition: e for e in editions()}
    if edition not in known:
        raise UnknownClauseError(
            "no_such_edition", f"there is no edition {edition!r}; known: {', '.join(known)}"
        )
    found = known[edition]
    if not article.strip():
        raise UnknownClauseError("clause_missing", "the article is missing")
    number = article.strip().split("(")[0].split("（")[0]
    if found.complete and number not in {a.id for a in found.articles}:
        raise UnknownClauseError("no_such_article", f"{found.doc} has no article {number}")
    if len(quoted.strip()) < 4:
        raise UnknownClauseError("clause_not_quoted", "quote the words of the clause")
    return f"{found.doc} 第{article.strip()}条：{quoted.strip()}"
