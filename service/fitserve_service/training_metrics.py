"""What Prometheus is told of training: from the store's rows, whichever process is asked."""

from collections.abc import Iterator
from typing import get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from fitserve_core.results import Status
from fitserve_core.store.activity import Activity


class TrainingMetrics(Collector):
    """The figures of one moment, as families of metrics."""

    def __init__(self, activity: Activity) -> None:
        self._activity = activity

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        told = self._activity
        runs = GaugeMetricFamily("fitserve_runs", "Runs by status.", labels=["status"])
        for status in get_args(Status):
            runs.add_metric([status], told.runs.get(status, 0))
        yield runs
        yield GaugeMetricFamily(
            "fitserve_queue_depth", "Runs that wait for a worker.", told.queue_depth
        )
        yield GaugeMetricFamily(
            "fitserve_oldest_queued_run_seconds",
            "Seconds since the experiment of the oldest waiting run was posted; 0 without one.",
            told.oldest_seconds,
        )
        yield CounterMetricFamily(
            "fitserve_leases_lost", "Runs that were left by their workers.", told.leases_lost
        )
        yield GaugeMetricFamily(
            "fitserve_training_steps_per_second",
            "Steps of all runs in training, by the last epoch that each has recorded.",
            told.steps_per_second,
        )
