"""Papers and variations as people read them."""

from siteward_platform.act import Act
from siteward_platform.api.schemas.papers import PaperOut, VariationOut
from siteward_platform.api.views.people import shown_name
from siteward_platform.database.models import Paper, VariationRecord
from siteward_platform.variations import variation_of
from siteward_rules.money.variations import possible


def paper_out(act: Act, row: Paper) -> PaperOut:
    """A paper with the names people know."""
    names = {
        "entered_by": shown_name(act.session, row.entered_by) or row.entered_by,
        "voided_by": shown_name(act.session, row.voided_by),
    }
    return PaperOut.model_validate(row).model_copy(update=names)


def variation_out(act: Act, row: VariationRecord) -> VariationOut:
    """A variation with the names people know, and what it takes next."""
    columns = {name: getattr(row, name) for name in VariationOut.model_fields if name != "possible"}
    for name in ("raised_by", "signed_by", "priced_by", "approved_by"):
        columns[name] = shown_name(act.session, columns[name]) or columns[name]
    return VariationOut(**columns, possible=possible(variation_of(row)))
