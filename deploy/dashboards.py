"""Grafana's dashboards from a table of panels: title, what is asked, unit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple


class Panel(NamedTuple):
    """One chart. `asks` are pairs of a PromQL expression and how its series are called."""

    title: str
    asks: tuple[tuple[str, str], ...]
    unit: str = "short"


class Dashboard(NamedTuple):
    """One page of charts."""

    uid: str
    title: str
    panels: tuple[Panel, ...]


_P99 = "service_route:kenes_http_request_duration_seconds:p99_5m"

DASHBOARDS: tuple[Dashboard, ...] = (
    Dashboard(
        "kenes-overview",
        "Kenes: at one glance",
        (
            Panel("Alerts that fire", (('ALERTS{alertstate="firing"}', "{{alertname}} {{topic}}"),)),
            Panel(
                "Dead letters of the last hour",
                (("sum by (topic) (increase(kenes_dead_letters_total[1h]))", "{{topic}}"),),
            ),
            Panel("Behind", (("consumer_topic:kenes_lag_seconds:max", "{{consumer}} {{topic}}"),), "s"),
            Panel(
                "Decisions a second",
                (("sum by (outcome) (type_outcome:kenes_decisions:rate1m)", "{{outcome}}"),),
                "ops",
            ),
            Panel("Requests that fail", (("service:kenes_http_errors:ratio5m", "{{service}}"),), "percentunit"),
            Panel(
                "Processes that answer", (('sum by (service, process) (up{job="kenes"})', "{{service}} {{process}}"),)
            ),
            Panel(
                "What processes need, and do not get",
                (("kenes_check_passing == 0", "{{service}} {{process}}: {{check}}"),),
            ),
            Panel("Versions", (("count by (version) (kenes_build_info)", "{{version}}"),)),
        ),
    ),
    Dashboard(
        "kenes-topics",
        "Kenes: topics and consumers",
        (
            Panel("Written a second", (("topic:kenes_records_written:rate1m", "{{topic}}"),), "ops"),
            Panel("Taken a second", (("consumer_topic:kenes_records_taken:rate1m", "{{consumer}} {{topic}}"),), "ops"),
            Panel("Records behind", (("consumer_topic:kenes_lag_records:sum", "{{consumer}} {{topic}}"),)),
            Panel(
                "Records behind, by partition",
                (("consumer_topic_partition:kenes_lag_records:max > 0", "{{consumer}} {{topic}}/{{partition}}"),),
            ),
            Panel(
                "Since lag was measured",
                (
                    (
                        "time() - max by (consumer, topic) (kenes_consumer_lag_checked_timestamp_seconds)",
                        "{{consumer}} {{topic}}",
                    ),
                ),
                "s",
            ),
            Panel(
                "Records in a batch, median",
                (("histogram_quantile(0.5, sum by (stage, le) (rate(kenes_batch_records_bucket[5m])))", "{{stage}}"),),
            ),
            Panel(
                "Time of a batch, 99th percentile",
                (
                    (
                        "histogram_quantile(0.99, sum by (stage, le) (rate(kenes_batch_duration_seconds_bucket[5m])))",
                        "{{stage}}",
                    ),
                ),
                "s",
            ),
            Panel(
                "Not acknowledged by the broker",
                (("sum by (topic) (rate(kenes_kafka_produce_errors_total[5m]))", "{{topic}}"),),
                "ops",
            ),
            Panel(
                "Since clocks ticked",
                (
                    (
                        "time() - max by (service, clock) (kenes_clock_last_tick_timestamp_seconds)",
                        "{{service}} {{clock}}",
                    ),
                ),
                "s",
            ),
        ),
    ),
    Dashboard(
        "kenes-http",
        "Kenes: requests and watchers",
        (
            Panel("Requests a second", (("service:kenes_http_requests:rate5m", "{{service}}"),), "reqps"),
            Panel("Time of a request, 99th percentile", ((f"topk(15, {_P99})", "{{method}} {{route}}"),), "s"),
            Panel(
                "Answers by status",
                (("sum by (status) (rate(kenes_http_request_duration_seconds_count[5m]))", "{{status}}"),),
                "reqps",
            ),
            Panel("Being answered", (("sum by (service) (kenes_http_requests_in_progress)", "{{service}}"),)),
            Panel("Live watchers", (("sum by (service) (kenes_live_clients)", "{{service}}"),)),
            Panel(
                "Processor",
                (
                    (
                        'sum by (service, process) (rate(process_cpu_seconds_total{job="kenes"}[5m]))',
                        "{{service}} {{process}}",
                    ),
                ),
            ),
            Panel(
                "Memory",
                (
                    (
                        'max by (service, process) (process_resident_memory_bytes{job="kenes"})',
                        "{{service}} {{process}}",
                    ),
                ),
                "bytes",
            ),
        ),
    ),
    Dashboard(
        "kenes-deliveries",
        "Kenes: deliveries",
        (
            Panel(
                "Sent and tried a second",
                (("sum by (channel, outcome) (rate(kenes_deliveries_total[5m]))", "{{channel}} {{outcome}}"),),
                "ops",
            ),
            Panel("Waiting", (("sum by (channel) (kenes_deliveries_waiting)", "{{channel}}"),)),
            Panel(
                "Webhooks tried a second",
                (("sum by (result) (rate(kenes_stream_attempts_total[5m]))", "{{result}}"),),
                "ops",
            ),
            Panel("Streams by status", (("sum by (status) (kenes_streams)", "{{status}}"),)),
        ),
    ),
)


def dashboard(page: Dashboard) -> str:
    """A page as Grafana's JSON: two charts in a row."""
    document = {
        "uid": page.uid,
        "title": page.title,
        "tags": ["kenes"],
        "schemaVersion": 41,
        "version": 1,
        "editable": False,
        "refresh": "15s",
        "time": {"from": "now-3h", "to": "now"},
        "panels": [_panel(number, each) for number, each in enumerate(page.panels)],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def expressions(pages: Sequence[Dashboard] = DASHBOARDS) -> list[str]:
    """Everything that is asked of Prometheus."""
    return [ask for page in pages for panel in page.panels for ask, _ in panel.asks]


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "prometheus"}
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": source,
        "gridPos": {"x": 12 * (number % 2), "y": 8 * (number // 2), "w": 12, "h": 8},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {
            "legend": {"displayMode": "list", "placement": "bottom"},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": source, "expr": ask, "legendFormat": called}
            for index, (ask, called) in enumerate(panel.asks)
        ],
    }
