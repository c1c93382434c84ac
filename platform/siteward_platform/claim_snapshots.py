"""The facts behind a claim's findings, kept so that anybody can run the rules on them again."""

import hashlib

import msgspec

from siteward_platform.act import Act
from siteward_platform.database.models import Claim, ClaimSnapshot
from siteward_rules.assess_lines import Line
from siteward_rules.facts import ClaimFacts, ProjectFacts


def keep_snapshot(act: Act, claim: Claim, facts: ProjectFacts, asked: ClaimFacts) -> str:
    """Keeps the facts as a line for ``siteward rules assess``, over those kept before.

    Returns:
        Its SHA-256, for the audit log: what the log names cannot be exchanged later.
    """
    line = msgspec.json.encode(Line(facts=facts, claim=asked, id=f"claim-{claim.id}")).decode()
    row = act.session.get(ClaimSnapshot, claim.id) or ClaimSnapshot(claim_id=claim.id)
    row.line, row.sha256 = line, hashlib.sha256(line.encode()).hexdigest()
    row.evaluated_at = act.at
    act.session.add(row)
    return row.sha256
