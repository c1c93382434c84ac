"""One worker's work: a batch of messages, or a tick of the clock, judged and committed."""

import logging
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Engine as Database
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from siteward_contracts.clock import SHANGHAI, Clock
from siteward_contracts.decode import Envelope, RefusedError, decode
from siteward_contracts.ids import new_id
from siteward_contracts.messages import Status
from siteward_contracts.topics import Kind
from siteward_ingest.delivery import Delivery
from siteward_ingest.series import SeriesStore, StoreError
from siteward_platform.act import Act, Publish, acting
from siteward_platform.agent_settings import hand_over, waiting
from siteward_platform.audit.anchors import anchor_day
from siteward_platform.database.models import Claim, SeenMessage
from siteward_platform.database.session import reading
from siteward_platform.evidence import EvidenceStore
from siteward_platform.links import NIGHT_WORK, keep_links, links_of, open_links
from siteward_platform.worker import notices
from siteward_platform.worker.agents import keep_agents
from siteward_platform.worker.alerts import keep_alerts
from siteward_platform.worker.claims import escalate_holds, evaluate_claim, stale_claims
from siteward_platform.worker.clocks import tell_clocks
from siteward_platform.worker.engine_state import keep_engine, restore_engine
from siteward_platform.worker.hazards import keep_hazard_clocks
from siteward_platform.worker.metrics import Metrics
from siteward_platform.worker.observe import observations
from siteward_platform.worker.pictures import keep_pictures
from siteward_platform.worker.projection import offline_since, project
from siteward_platform.worker.remembered_series import RememberedSeries
from siteward_platform.worker.rule_changes import end_orphans
from siteward_platform.worker.schedule import Fed, fact_observations, links_behind
from siteward_platform.worker.series_reader import StoreReader
from siteward_platform.worker.site_rules import SiteRules, rules_versions
from siteward_rules.language.layers import Pack
from siteward_rules.money.holds import RULES
from siteward_rules.stream.engine import Engine, Transition

log = logging.getLogger(__name__)

_ONCE: Final = (Kind.DETECTION, Kind.PROGRESS, Kind.EVIDENCE)
"""Kinds whose ids are kept, because taking one twice could be seen. The engine knows repeated
readings by their instant."""
_REMEMBER: Final = timedelta(days=7)
_ESCALATE_EVERY: Final = timedelta(minutes=1)
_SWEEP_EVERY: Final = timedelta(seconds=2)
"""Between two looks at who is to be told of what fires."""


@dataclass
class Judge:
    """Takes batches and ticks. Everything it must remember is in the database.

    Attributes:
        database: The relational database, migrated.
        series: Time series, read only.
        evidence: Where pictures go.
        packs: The rules, of every layer.
        publish: Sends an event to the broker, at most once.
        retain: Sends what the broker is to keep for whoever comes later, at least once.
        clock: Now.
        metrics: What is counted.
        anchor_dir: Where the log's head of each day is filed, if anywhere.
    """

    database: Database
    series: SeriesStore
    evidence: EvidenceStore
    packs: Sequence[Pack]
    publish: Publish
    retain: Publish
    clock: Clock
    metrics: Metrics
    anchor_dir: Path | None = None
    _past: SeriesStore = field(init=False)
    _rules: SiteRules | None = None
    _engine: Engine | None = None
    _orphans_ended: bool = False
    _fed: Fed = field(default_factory=Fed)
    _escalated_at: datetime | None = None
    _swept_at: datetime | None = None

    def __post_init__(self) -> None:
        """Remembers what is asked of the past again and again."""
        self._past = RememberedSeries(self.series, self.clock)

    def forget(self) -> None:
        """After a failed commit: what the engine learnt since the last one is not kept."""
        self._engine = None
        self._orphans_ended = False
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
            known = self._follow_rules(act, engine)
            transitions = self._observe(act, engine, fresh, known)
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
            facts = fact_observations(session, self.series, self._fed, today, now)
            linked = links_behind(session, self._fed, today, now)
            changed = self._rules_changed(session)
            stale = stale_claims(session, now)
            unsent = bool(waiting(session))
        if changed:
            with acting(self.database, RULES, now, self.publish, 0) as act:
                self._follow_rules(act, engine)
                keep_engine(act.session, engine, now)
        transitions = engine.tick(now)
        for fact in facts:
            transitions += engine.feed(fact)
        if transitions or facts:
            with acting(self.database, RULES, now, self.publish, 0) as act:
                self._keep(act, engine, transitions)
        for claim in stale:
            self._evaluate(claim, now)
        for project_id, version in linked:
            self._link(project_id, (today, version), now)
        if self._swept_at is None or now - self._swept_at >= _SWEEP_EVERY:
            self._swept_at = now
            self._sweep(now)
        if unsent:
            self._send_settings(now)
        if self._escalated_at is None or now - self._escalated_at >= _ESCALATE_EVERY:
            self._escalated_at = now
            with acting(self.database, RULES, now, self.publish, 0) as act:
                escalate_holds(act)
                tell_clocks(act)
                keep_hazard_clocks(act)
                act.session.execute(delete(SeenMessage).where(SeenMessage.ts < now - _REMEMBER))
            with acting(self.database, RULES, now, self.publish, 0) as act:
                anchor_day(act, self.anchor_dir)

    def _restored(self) -> Engine:
        if self._engine is None:
            rules = SiteRules(self.packs)
            engine = Engine(rules.rules_of, StoreReader(self.series), rules)
            with reading(self.database) as session:
                rules.read(session, rules_versions(session))
                restore_engine(session, engine)
            self._rules, self._engine = rules, engine
        return self._engine

    def _rules_changed(self, session: Session) -> bool:
        assert self._rules is not None
        return not self._orphans_ended or bool(self._rules.behind(rules_versions(session)))

    def _follow_rules(self, act: Act, engine: Engine) -> Container[str]:
        """Takes what people changed of rules and permits; rules that are gone end their alerts.

        Returns:
            The projects that are set up.
        """
        assert self._rules is not None
        versions = rules_versions(act.session)
        changed = self._rules.read(act.session, versions)
        for site in changed:
            engine.change_rules(site)
        if changed or not self._orphans_ended:
            end_orphans(act, self._rules, changed if self._orphans_ended else None)
            self._orphans_ended = True
        return versions.keys()

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

    def _observe(
        self, act: Act, engine: Engine, envelopes: Sequence[Envelope], known: Container[str]
    ) -> list[Transition]:
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
            if transition.rule.kind == NIGHT_WORK:
                self._fed.links.pop(transition.site, None)
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
                evaluate_claim(act, self._past, claim)
                self._fed.links.pop(act.session.get_one(Claim, claim).project_id, None)
        except StoreError as error:
            log.warning("claim %d waits for the time series: %s", claim, error)
            return
        self.metrics.claims.inc()

    def _link(self, project_id: str, version: tuple[date, int], now: datetime) -> None:
        try:
            with reading(self.database) as session:
                found = links_of(session, self.series, project_id, now)
                standing = {(row.rule, row.subject) for row in open_links(session, project_id)}
        except StoreError as error:
            log.warning("links of %s wait for the time series: %s", project_id, error)
            self._fed.wait(now)
            return
        fresh = {(link.rule, link.subject) for link in found} - standing
        settled = self._fed.settled(project_id, fresh, now)
        kept = [one for one in found if (one.rule, one.subject) in standing | settled]
        if kept or standing:
            with acting(self.database, RULES, now, self.publish, 0) as act:
                keep_links(act, project_id, kept)
            self._fed.settled(project_id, fresh - settled, now)
        self._fed.links[project_id] = version

    def _sweep(self, now: datetime) -> None:
        """Tells whoever is to be told; what was looked at is looked at again under the lock."""
        with reading(self.database) as session:
            sweep = notices.look(session, now)
        if not sweep.muted and not sweep.due:
            return
        with acting(self.database, RULES, now, self.publish, 0) as act:
            sweep = notices.look(act.session, now)
            notices.keep(act, sweep)
        for one in sweep.due:
            self.metrics.notices.labels(one.why).inc()
