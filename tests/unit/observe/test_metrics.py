"""Metric names and labels keep to the conventions, and no label grows from outside."""

import re

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import REGISTRY

from kenes.observe import metrics


def test_our_metrics_follow_the_naming_conventions() -> None:
    metrics.set_build_info("petitions", "api")
    ours = [family for family in REGISTRY.collect() if family.name.startswith("kenes_")]
    assert len(ours) >= 10
    for family in ours:
        assert re.fullmatch(r"kenes_[a-z]+(_[a-z]+)*", family.name)
        assert not re.search(r"milliseconds|minutes|percent|_ms\b", family.name)
        assert family.documentation.endswith(".")


def test_exposition_is_what_prometheus_parses() -> None:
    registry = CollectorRegistry()
    Counter("kenes_things_total", "Things.", ("kind",), registry=registry).labels("a").inc(2)
    body, content_type = metrics.exposition("text/plain;version=0.0.4", registry)
    assert content_type.startswith("text/plain")
    (family,) = text_string_to_metric_families(body.decode())
    assert family.samples[0].value == 2
    body, content_type = metrics.exposition("application/openmetrics-text; version=1.0.0", registry)
    assert content_type.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")


def test_the_process_itself_is_measured() -> None:
    metrics.set_build_info("petitions", "stream")
    body, _ = metrics.exposition()
    assert b"process_resident_memory_bytes" in body
    assert b'kenes_build_info{process="stream",python="3.' in body


def test_a_label_stops_growing() -> None:
    label = metrics.BoundedLabel(limit=2)
    assert [label(value) for value in ("a", "b", "c", "a", "d")] == ["a", "b", "other", "a", "other"]
