"""What a line of log holds, from our own loggers, from libraries and from exceptions nobody caught."""

import io
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from kenes.observe import tracing
from kenes.observe.logs import configure_logs, get_logger, log_context

IIN = "990101300123"


@pytest.fixture
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hook, showwarning = sys.excepthook, warnings.showwarning
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook, warnings.showwarning = hook, showwarning
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture
def out(restored_logging: None) -> io.StringIO:
    stream = io.StringIO()
    configure_logs("petitions", "stream", stream=stream)
    return stream


def refuse(why: str) -> None:
    raise ValueError(why)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_names_service_process_and_the_current_trace(out: io.StringIO) -> None:
    trace = tracing.new_trace()
    with tracing.traced(trace), log_context(event_id="e-1"):
        get_logger("x.y").info("decided", records=500, name="Айгүл")
    get_logger("x.y").info("later")
    first, later = lines(out)
    assert first["timestamp"].endswith("Z")
    del first["timestamp"]
    assert first == {
        "event": "decided",
        "level": "info",
        "logger": "x.y",
        "service": "petitions",
        "process": "stream",
        "trace_id": trace.trace_id,
        "span_id": trace.span_id,
        "event_id": "e-1",
        "records": 500,
        "name": "***",
    }
    assert "trace_id" not in later
    assert "event_id" not in later


def test_standard_logging_takes_the_same_road(out: io.StringIO) -> None:
    logging.getLogger("aiokafka.consumer").warning("heartbeat of %s failed for %s", "group", IIN, extra={"iin": IIN})
    (line,) = lines(out)
    assert line["event"] == "heartbeat of group failed for ***"
    assert line["iin"] == "***"
    assert (line["logger"], line["level"], line["service"]) == ("aiokafka.consumer", "warning", "petitions")


def test_libraries_are_heard_from_warnings_up_and_access_logs_never(out: io.StringIO) -> None:
    logging.getLogger("faust.transport").info("chatter")
    logging.getLogger("uvicorn.error").info("chatter")
    logging.getLogger("uvicorn.access").error("GET /?token=x")
    assert out.getvalue() == ""


def test_clients_are_thinned_out_and_we_are_not(out: io.StringIO) -> None:
    for _ in range(20):
        logging.getLogger("aiokafka").error("Unable connect to node with id %s: %s", 1, "Connection refused")
        logging.getLogger("asyncio").error("Task exception was never retrieved")
        get_logger("kenes.kafka.tail").warning("the tail lost the broker")
    configure_logs("petitions", "stream", stream=io.StringIO())
    told = lines(out)
    assert [each["logger"] for each in told].count("kenes.kafka.tail") == 20
    assert [each["logger"] for each in told].count("asyncio") == 20
    *some, last = [each for each in told if each["logger"] == "aiokafka"]
    assert len(some) == 3
    assert (last["event"], last["held_back"], last["level"]) == ("more lines of a kind were held back", 17, "error")
    assert last["like"] == "Unable connect to node with id %s: %s"


def test_exceptions_are_masked_in_both_roads(out: io.StringIO) -> None:
    try:
        refuse(f"bad signer {{'name': 'Айгүл', 'iin': '{IIN}'}}")
    except ValueError:
        get_logger("a").exception("ours")
        logging.getLogger("b").exception("theirs")
    for line in lines(out):
        assert "ValueError: bad signer" in line["exception"]
        assert "test_logs.py" in line["exception"]
    assert "Айгүл" not in out.getvalue()
    assert IIN not in out.getvalue()


def test_a_value_that_json_cannot_hold_is_still_logged(out: io.StringIO) -> None:
    get_logger("a").info("odd \udcff", thing={1, 2}, big=2**70, key={("a", 1): "\udcfe"})
    (line,) = lines(out)
    assert line["event"] == "odd \\udcff"
    assert sorted(line["thing"]) == ["1", "2"]


def test_warnings_are_lines_too(out: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old thing", UserWarning, stacklevel=1)
    assert lines(out)[0]["logger"] == "py.warnings"


def test_level_is_honoured_and_checked(restored_logging: None) -> None:
    stream = io.StringIO()
    configure_logs("s", "p", level="error", stream=stream)
    get_logger("a").warning("no")
    logging.getLogger("a").warning("no")
    get_logger("a").error("yes")
    assert [line["event"] for line in lines(stream)] == ["yes"]
    with pytest.raises(ValueError, match="loud"):
        configure_logs("s", "p", level="loud")


def test_a_terminal_gets_readable_text(restored_logging: None) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    configure_logs("s", "p", stream=stream)
    try:
        refuse(f"bad {IIN}")
    except ValueError:
        get_logger("a").exception("failed", email="a@b.kz")
    text = stream.getvalue()
    assert "failed" in text
    assert "ValueError: bad ***" in text
    assert "a@b.kz" not in text


def test_an_exception_nobody_caught_is_masked_and_the_process_fails() -> None:
    code = (
        "from kenes.observe.logs import configure_logs\n"
        "import threading\n"
        "configure_logs('s', 'p')\n"
        f"t = threading.Thread(target=lambda: int('{IIN}x')); t.start(); t.join()\n"
        f"raise SystemError('lost {IIN}')\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=200)
    assert ran.returncode == 1
    assert ran.stderr == ""
    in_thread, in_main = (json.loads(line) for line in ran.stdout.splitlines())
    assert (in_main["level"], in_main["event"]) == ("critical", "uncaught exception")
    assert "SystemError: lost ***" in in_main["exception"]
    assert "ValueError" in in_thread["exception"]
    assert IIN not in ran.stdout
