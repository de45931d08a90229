"""What looks at broker, databases and processes, put together."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kenes.kafka.cluster import Cluster
from kenes.rules.loading import RulePackError
from kenes.service.definition import Context
from kenes.setting_files import SettingError
from kenes.web.live import LiveHub
from services.console.alerting.evaluating import Alerts
from services.console.alerting.rules import Rule, load_rules
from services.console.alerting.stored import StoredAlerts
from services.console.databases import databases_of
from services.console.sampling.broker import Broker
from services.console.sampling.history import History, StoredHistory
from services.console.sampling.processes import Processes
from services.console.sampling.readings import Patience
from services.console.sampling.sampler import Sampler
from services.console.sampling.topic_events import TopicEvents
from services.console.settings import Settings
from services.console.traces.log import ClusterLog
from services.console.traces.searching import Searches
from services.console.watching import Watching


@dataclass(frozen=True)
class Looking:
    """The parts. `watching` is yet to be run."""

    sampler: Sampler
    alerts: Alerts
    past_alerts: StoredAlerts
    events: TopicEvents
    searches: Searches
    watching: Watching


def rules_of(settings: Settings) -> tuple[Rule, ...]:
    """The alert rules. Raises `SettingError` with file, line and reason where one is wrong."""
    try:
        return load_rules(settings.console_alerts)
    except RulePackError as error:
        raise SettingError(f"KENES_CONSOLE_ALERTS: {error}") from error


@asynccontextmanager
async def looking(
    settings: Settings, context: Context, rules: tuple[Rule, ...], hub: LiveHub
) -> AsyncIterator[Looking]:
    """Opens the connections of whoever looks."""
    async with AsyncExitStack() as stack:
        cluster = Cluster(settings.kafka_bootstrap, "kenes-console")
        stack.push_async_callback(cluster.aclose)
        # Samples and searches are large, and answered in turn on one connection: they must not hold up the looks.
        samples = Cluster(settings.kafka_bootstrap, "kenes-console-samples")
        stack.push_async_callback(samples.aclose)
        searched = Cluster(settings.kafka_bootstrap, "kenes-console-traces")
        stack.push_async_callback(searched.aclose)
        processes = Processes(settings.processes)
        stack.push_async_callback(processes.aclose)
        history = History(settings.console_every)
        patience = Patience(
            late=timedelta(seconds=settings.console_late_after), stuck=timedelta(seconds=settings.console_stuck_after)
        )
        sampler = Sampler(
            Broker(cluster),
            databases_of(settings, context.database),
            processes,
            history,
            patience,
            datetime.now(UTC),
        )
        alerts, past = Alerts(rules, {}), StoredAlerts(context.database)
        kept = StoredHistory(context.database, history), past
        watching = Watching(sampler, alerts, kept, hub, settings.console_every)
        yield Looking(sampler, alerts, past, TopicEvents(samples), Searches(ClusterLog(searched)), watching)
