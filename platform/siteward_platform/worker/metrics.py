"""What the worker counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """The counters of one process, in a registry of their own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Registers them."""
        self.messages = Counter(
            "siteward_worker_messages", "Messages taken, by kind.", ["kind"], registry=registry
        )
        self.duplicates = Counter(
            "siteward_worker_duplicates", "Messages that had come before.", registry=registry
        )
        self.refused = Counter(
            "siteward_worker_refused",
            "Messages nothing could be done with, by reason.",
            ["reason"],
            registry=registry,
        )
        self.unknown_sites = Counter(
            "siteward_worker_unknown_site_messages",
            "Messages of sites that no project is set up for; no rule looks at them.",
            registry=registry,
        )
        self.late = Gauge(
            "siteward_worker_late_observations",
            "Observations too late for any rule since the start.",
            registry=registry,
        )
        self.transitions = Counter(
            "siteward_worker_transitions", "Incident changes.", ["change"], registry=registry
        )
        self.alerts = Counter("siteward_worker_alerts", "Alerts opened.", registry=registry)
        self.notices = Counter(
            "siteward_worker_notices", "Notices recorded, by why.", ["why"], registry=registry
        )
        self.claims = Counter(
            "siteward_worker_claims_evaluated", "Evaluations of claims.", registry=registry
        )
        self.failures = Counter(
            "siteward_worker_failures",
            "Batches and ticks that failed and were tried again.",
            registry=registry,
        )
        self.messages_out = Counter(
            "siteward_worker_webhook_attempts",
            "Attempts to tell other systems, by what came of them.",
            ["outcome"],
            registry=registry,
        )
        self.commit = Histogram(
            "siteward_worker_commit_seconds",
            "Time to judge one batch and make it durable.",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=registry,
        )
        self.lag = Gauge(
            "siteward_worker_lag_seconds",
            "Age of the newest message of the last batch when it was committed.",
            registry=registry,
        )
