"""What ingest counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """The counters of one process, in a registry of their own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Registers them."""
        self.messages = Counter(
            "siteward_ingest_messages", "Messages taken from the broker.", registry=registry
        )
        self.points = Counter(
            "siteward_ingest_points", "Points committed to the store.", registry=registry
        )
        self.duplicates = Counter(
            "siteward_ingest_duplicates", "Messages that had come before.", registry=registry
        )
        self.quarantined = Counter(
            "siteward_ingest_quarantined",
            "Messages refused in whole or in part, by reason.",
            ["reason"],
            registry=registry,
        )
        self.evicted = Counter(
            "siteward_ingest_quarantine_evicted",
            "Quarantined messages that made room for newer ones.",
            registry=registry,
        )
        self.flagged = Counter(
            "siteward_ingest_flagged_readings",
            "Readings left out because their HJ 212 flag is not N.",
            ["flag"],
            registry=registry,
        )
        self.store_failures = Counter(
            "siteward_ingest_store_failures",
            "Commits that failed and were tried again.",
            registry=registry,
        )
        self.commit = Histogram(
            "siteward_ingest_commit_seconds",
            "Time to make one batch durable.",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=registry,
        )
        self.lag = Gauge(
            "siteward_ingest_lag_seconds",
            "Age of the newest message of the last batch when it was committed.",
            registry=registry,
        )
