"""Addresses of brokers: what is understood, and that a wrong one is refused without telling what is in it."""

import ssl
from pathlib import Path

import pytest

from kenes.kafka.connection import RETRY_PAUSE_MS, BootstrapError, client_options


def test_brokers_alone_need_no_login() -> None:
    found = client_options("a:9092,b:9092")
    assert found == {"bootstrap_servers": "a:9092,b:9092", "retry_backoff_ms": RETRY_PAUSE_MS}


def test_a_login_is_read_off_the_address() -> None:
    found = client_options("scram://petitions:p%40ss%2Fword@a:9092,b:9093")
    assert found["bootstrap_servers"] == "a:9092,b:9093"
    assert found["retry_backoff_ms"] == RETRY_PAUSE_MS, "whoever logs in waits as well"
    assert found["security_protocol"] == "SASL_PLAINTEXT"
    assert found["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (found["sasl_plain_username"], found["sasl_plain_password"]) == ("petitions", "p@ss/word")
    assert found["ssl_context"] is None


def test_over_tls_the_brokers_must_prove_who_they_are() -> None:
    found = client_options("scram+tls://petitions:secret@a:9092")
    assert found["security_protocol"] == "SASL_SSL"
    assert found["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert found["ssl_context"].check_hostname


def test_an_authority_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        client_options(f"scram+tls://petitions:secret@a:9092?ca={tmp_path / 'ca.crt'}")


@pytest.mark.parametrize(
    "address",
    [
        "sasl://u:secret@a:9092",
        "scram://a:9092",
        "scram://u@a:9092",
        "scram://:secret@a:9092",
        "scram://u:secret@",
        "scram://u:secret@a:9092/x",
    ],
)
def test_a_wrong_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(BootstrapError) as refused:
        client_options(address)
    assert "secret" not in str(refused.value)
