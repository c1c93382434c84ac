"""The register of papers, and variations."""

from typing import Final

from fastapi import APIRouter, status

from siteward_platform import papers, projects, variations
from siteward_platform.api.access import PaperKeeper, Staff
from siteward_platform.api.schemas.papers import (
    PaperIn,
    PaperOut,
    VariationIn,
    VariationOut,
    VariationStepIn,
    VoidIn,
)
from siteward_platform.api.views.papers import paper_out, variation_out

router: Final = APIRouter(tags=["papers"])


@router.post("/projects/{project}/papers", status_code=status.HTTP_201_CREATED)
def enter_paper(desk: PaperKeeper, project: str, body: PaperIn) -> PaperOut:
    """Enters a paper; each kind is kept by its own roles."""
    with desk.act() as act:
        return paper_out(act, papers.enter_paper(act, project, body))


@router.get("/projects/{project}/papers")
def list_papers(desk: Staff, project: str, kind: str | None = None) -> list[PaperOut]:
    """Every paper of a project, voided ones too."""
    with desk.look() as act:
        projects.get_project(act.session, project)
        return [paper_out(act, row) for row in papers.list_papers(act.session, project, kind)]


@router.post("/papers/{paper}/voiding")
def void_paper(desk: PaperKeeper, paper: int, body: VoidIn) -> PaperOut:
    """Takes a paper out of the facts; it stays on record."""
    with desk.act() as act:
        return paper_out(act, papers.void_paper(act, paper, body))


@router.post("/projects/{project}/variations", status_code=status.HTTP_201_CREATED)
def raise_variation(desk: PaperKeeper, project: str, body: VariationIn) -> VariationOut:
    """Raises a 变更 or 现场签证; it counts, and may enter a claim, once it is approved."""
    with desk.act() as act:
        return variation_out(act, variations.raise_variation(act, project, body))


@router.get("/projects/{project}/variations")
def list_variations(desk: Staff, project: str) -> list[VariationOut]:
    """A project's variations with what each takes next."""
    with desk.look() as act:
        projects.get_project(act.session, project)
        rows = variations.list_variations(act.session, project)
        return [variation_out(act, row) for row in rows]


@router.post("/variations/{variation}/steps")
def step_variation(desk: PaperKeeper, variation: int, body: VariationStepIn) -> VariationOut:
    """Takes a variation one step on; each step has its roles."""
    with desk.act() as act:
        return variation_out(act, variations.step_variation(act, variation, body))
