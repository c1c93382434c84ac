"""Clauses are quoted from a document, never made up."""

import pytest

from siteward_rules.hazards.clauses import UnknownClauseError, cite, editions


def test_every_edition_says_what_was_checked_and_the_unchecked_one_ships_no_text() -> None:
    newest, older = editions()
    assert (newest.edition, newest.articles, newest.complete) == ("2024", (), False)
    assert older.superseded_by == "2024"
    assert {article.id for article in older.articles} == {"8", "9", "10", "11", "12"}
    assert all(edition.trust == "verify" for edition in editions())


def test_a_clause_is_cited_with_its_document_and_words() -> None:
    cited = cite("2024", "5（二）", "未按设计要求分层开挖")
    assert cited == "建质规〔2024〕5号 第5（二）条：未按设计要求分层开挖"


@pytest.mark.parametrize(
    ("edition", "article", "quoted", "code"),
    [
        ("2030", "5", "临边无防护", "no_such_edition"),
        ("2024", " ", "临边无防护", "clause_missing"),
        ("2024", "5", "  ", "clause_not_quoted"),
    ],
)
def test_what_is_not_a_citation_is_refused(
    edition: str, article: str, quoted: str, code: str
) -> None:
    with pytest.raises(UnknownClauseError) as refused:
        cite(edition, article, quoted)
    assert refused.value.code == code
