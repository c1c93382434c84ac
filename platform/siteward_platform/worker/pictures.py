"""Keeps evidence pictures and what was signed of them."""

import logging
from collections.abc import Iterable

from siteward_contracts.decode import Envelope
from siteward_contracts.messages import EvidenceHeader
from siteward_platform.act import Act
from siteward_platform.database.models import Evidence
from siteward_platform.evidence import EvidenceStore, WrongHashError
from siteward_platform.sealed_evidence import seal_of
from siteward_platform.worker.metrics import Metrics

log = logging.getLogger(__name__)


def keep_pictures(
    act: Act, envelopes: Iterable[Envelope], store: EvidenceStore, metrics: Metrics
) -> None:
    """Keeps every picture that is the one its sender hashed.

    A bad signature does not lose the picture, for it may be what proves the forgery; it is marked
    wherever it is shown.

    Raises:
        OSError: A picture could not be written.
    """
    for envelope in envelopes:
        if isinstance(envelope.message, EvidenceHeader):
            _keep(act, envelope, envelope.message, store, metrics)


def _keep(
    act: Act, envelope: Envelope, header: EvidenceHeader, store: EvidenceStore, metrics: Metrics
) -> None:
    try:
        store.put(header.sha256, envelope.body)
    except WrongHashError as error:
        log.warning("evidence refused: topic=%s %s", envelope.topic, error)
        metrics.refused.labels("wrong_hash").inc()
        return
    seal = seal_of(envelope.topic, header)
    if seal == "bad":
        log.warning("bad signature: topic=%s sha256=%s", envelope.topic, header.sha256)
        metrics.refused.labels("bad_signature").inc()
    picture = act.session.get(Evidence, header.sha256)
    if picture is None:
        picture = Evidence(sha256=header.sha256)
        act.session.add(picture)
    elif picture.seal == "good" or seal != "good":
        return  # who copies a picture with less behind it takes nothing away from it
    picture.project_id, picture.device = envelope.topic.site, envelope.topic.device
    picture.ts, picture.received_at = header.ts, act.at
    picture.size, picture.media, picture.purpose = len(envelope.body), header.media, header.purpose
    picture.seal, picture.statement = seal, header.statement
    picture.signature, picture.key = header.signature, header.key
    act.session.flush()
