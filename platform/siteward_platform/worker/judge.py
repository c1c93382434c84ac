"""One worker's work: a batch of messages, or a tick of the clock, judged and committed."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine as Database
from sqlalchemy import delete, select

from siteward_contracts.clock import SHANGHAI, Clock
from siteward_contracts.decode import Envelope, RefusedError, decode
from siteward_contracts.ids import new_id
from siteward_contracts.messages import Status
from siteward_contracts.topics import Kind
from siteward_ingest.delivery import Delivery
from siteward_ingest.series import SeriesStore, StoreError
from siteward_platform.act import Act, Publish, acting
from siteward_platform.agent_settings import hand_over, waiting
from siteward_platform.database.models import Project, SeenMessage
from siteward_platform.database.session import reading
from siteward_platform.evidence import EvidenceStore
from siteward_platform.worker.agents import keep_agents
from siteward_platform.worker.alerts import keep_alerts
from siteward_platform.worker.claims import escalate_holds, evaluate_claim, stale_claims
from siteward_platform.worker.engine_state import keep_engine, restore_engine
from siteward_platform.worker.metrics import Metrics
from siteward_platform.worker.observe import observations
from siteward_platform.worker.pictures import keep_pictures
from siteward_platform.worker.projection import offline_since, project
from siteward_platform.worker.schedule import Fed, spi_observations
from siteward_rules.money.holds import RULES
from siteward_rules.stream.engine import Engine, Transition

log = logging.getLogger(__name__)

_ONCE: Final = (Kind.DETECTION, Kind.PROGRESS, Kind.EVIDENCE)
"""Kinds whose ids are kept, because taking one twice could be seen. The engine knows repeated
readings by their instant."""
_REMEMBER: Final = timedelta(days=7)
_ESCALATE_EVERY: Final = timedelta(minutes=1)


@dataclass
class Judge:
    """Takes batches and ticks. Everything it must remember is in the database.

    Attributes:
        database: The relational database, migrated.
        series: Time series, read only.
        evidence: Where pictures go.
        new_engine: Makes a rule engine that remembers nothing yet.
        publish: Sends an event to the broker, at most once.
        retain: Sends what the broker is to keep for whoever comes later, at least once.
        clock: Now.
        metrics: What is counted.
    """

    database: Database
    series: SeriesStore
    evidence: EvidenceStore
    new_engine: Callable[[], Engine]
    publish: Publish
    retain: Publish
    clock: Clock
    metrics: Metrics
    _engine: Engine | None = None
    _fed: Fed = field(default_factory=dict)
    _escalated_at: datetime | None = None

    def forget(self) -> None:
        """After a failed commit: what the engine learnt since the last one is not kept."""
        self._engine = None
        self._fed.clear()

    def take(self, batch: Sequence[Delivery]) -> None:
        """Judges a batch; when it returns, everything is committed.

        Raises:
            SQLAlchemyError: Nothing is promised; call :meth:`forget` and take it again.
            OSError: As above; a picture could not be kept.
        """
        now = self.clock()
        envelopes = self._decode(batch, now)
        if not envelopes:
            return
        engine = self._restored()
        with acting(self.database, RULES, now, self.publish, 0) as act:
            fresh = self._fresh(act, envelopes)
            keep_pictures(act, fresh, self.evidence, self.metrics)
            keep_agents(act, fresh)
            transitions = self._observe(act, engine, fresh)
            project(act, fresh, now)
            self._keep(act, engine, transitions)
        newest = max(envelope.message.ts for envelope in envelopes)
        self.metrics.lag.set((now - newest).total_seconds())
        self.metrics.late.set(engine.late)

    def tick(self) -> None:
        """Lets time pass for everything that does not wait for a message.

        Raises:
            SQLAlchemyError: Nothing is promised; call :meth:`forget` and go on.
        """
        now = self.clock()
        engine = self._restored()
        with reading(self.database) as session:
            today = now.astimezone(SHANGHAI).date()
            facts = spi_observations(session, self._fed, today, now)
            stale = stale_claims(session, now)
            unsent = bool(waiting(session))
        transitions = engine.tick(now)
        for fact in facts:
            transitions += engine.feed(fact)
        if transitions or facts:
            with acting(self.database, RULES, now, self.publish, 0) as act:
                self._keep(act, engine, transitions)
        for claim in stale:
            self._evaluate(claim, now)
        if unsent:
            self._send_settings(now)
        if self._escalated_at is None or now - self._escalated_at >= _ESCALATE_EVERY:
            self._escalated_at = now
            with acting(self.database, RULES, now, self.publish, 0) as act:
                escalate_holds(act)
                act.session.execute(delete(SeenMessage).where(SeenMessage.ts < now - _REMEMBER))

    def _restored(self) -> Engine:
        if self._engine is None:
            engine = self.new_engine()
            with reading(self.database) as session:
                restore_engine(session, engine)
            self._engine = engine
        return self._engine

    def _decode(self, batch: Sequence[Delivery], now: datetime) -> list[Envelope]:
        envelopes = []
        for delivery in batch:
            try:
                envelope = decode(delivery.topic, delivery.payload, now)
            except RefusedError as error:
                self.metrics.refused.labels(error.problem.reason).inc()
                continue
            self.metrics.messages.labels(envelope.topic.kind).inc()
            envelopes.append(envelope)
        return envelopes

    def _fresh(self, act: Act, envelopes: Sequence[Envelope]) -> list[Envelope]:
        ids = {e.message.id for e in envelopes if e.topic.kind in _ONCE}
        if not ids:
            return list(envelopes)
        seen = set(act.session.scalars(select(SeenMessage.id).where(SeenMessage.id.in_(ids))))
        fresh = []
        for envelope in envelopes:
            key = envelope.message.id
            if envelope.topic.kind in _ONCE:
                if key in seen:
                    self.metrics.duplicates.inc()
                    continue
                seen.add(key)
                act.session.add(SeenMessage(id=key, ts=act.at))
            fresh.append(envelope)
        return fresh

    def _observe(self, act: Act, engine: Engine, envelopes: Sequence[Envelope]) -> list[Transition]:
        known = set(act.session.scalars(select(Project.id)))
        transitions: list[Transition] = []
        for envelope in envelopes:
            if envelope.topic.site not in known:
                self.metrics.unknown_sites.inc()
                continue
            offline_at = envelope.message.ts
            if isinstance(envelope.message, Status) and not envelope.message.online:
                offline_at = offline_since(act, envelope, act.at)
            for seen in observations(envelope, engine.reads(envelope.topic.site), offline_at):
                transitions += engine.feed(seen)
        return transitions

    def _keep(self, act: Act, engine: Engine, transitions: Sequence[Transition]) -> None:
        for transition in transitions:
            self.metrics.transitions.labels(transition.change).inc()
        self.metrics.alerts.inc(keep_alerts(act, transitions))
        keep_engine(act.session, engine, act.at)

    def _send_settings(self, now: datetime) -> None:
        """Sent after the commit; if that fails, the agent's next status says it is behind."""
        with acting(self.database, RULES, now, self.publish, 0) as act:
            messages = hand_over(act, new_id)
        for topic, payload in messages:
            self.retain(topic, payload)

    def _evaluate(self, claim: int, now: datetime) -> None:
        try:
            with acting(self.database, RULES, now, self.publish, 0) as act:
                evaluate_claim(act, self.series, claim)
        except StoreError as error:
            log.warning("claim %d waits for the time series: %s", claim, error)
            return
        self.metrics.claims.inc()
