"""Structured logs: one JSON object a line on stdout, coloured text on a terminal, personal data masked.

Everything goes through one chain: our own `structlog` loggers, the standard library's (faust, aiokafka, uvicorn,
asyncio) and exceptions that nobody caught. Of what clients of servers say over and over a few lines are passed on
(`kenes/observe/thinning.py`). Servers must leave logging alone: give uvicorn `log_config=None` and
faust `override_logging=False`.

Fields: `timestamp` (UTC, ISO 8601), `level`, `event` (the message), `logger`, `service`, `process`,
`trace_id` and `span_id` where a trace is current, what `log_context` bound, `exception` (masked traceback).
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from io import TextIOWrapper
from typing import Any, TextIO, cast

import orjson
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from kenes.observe import tracing
from kenes.observe.masking import Masker
from kenes.observe.output import LossyStream
from kenes.observe.thinning import Thinning

# Clients tell of each try while a server is away. What uvicorn and asyncio tell are errors of ours.
_CLIENTS = ("faust", "mode", "aiokafka", "kafka", "httpx", "httpcore", "pymongo", "motor")
# Their INFO is a diary of rebalances and pings; uvicorn's access log would print addresses and query strings.
_QUIET = (*_CLIENTS, "uvicorn", "asyncio")
_SILENT = ("uvicorn.access", "faust.web", "aiohttp.access")


def get_logger(name: str, **context: Any) -> FilteringBoundLogger:
    """A logger for `name` (a module's `__name__`) that adds `context` to each line."""
    logger: FilteringBoundLogger = structlog.get_logger(logger_name=name, **context)
    return logger


def log_context(**ids: Any) -> AbstractContextManager[None]:
    """Adds `ids` (`request_id`, `event_id`, `topic` ...) to each line logged by this task within the block."""
    return structlog.contextvars.bound_contextvars(**ids)


@contextmanager
def event_context(event_id: str | None, traceparent: str | bytes | None) -> Iterator[None]:
    """Lines logged within the block are about one event: they carry its id, and the ids of a span in its trace."""
    trace = tracing.parse(traceparent)
    with log_context(event_id=event_id), tracing.traced(trace.child()) if trace else nullcontext():
        yield


def configure_logs(
    service: str,
    process: str,
    *,
    level: str = "info",
    as_json: bool | None = None,
    stream: TextIO | None = None,
    personal_keys: Iterable[str] = (),
) -> None:
    """Routes all logs of this process to `stream` (stdout). Call once, first thing in main; a later call replaces it.

    `as_json` None means JSON unless the stream is a terminal. Raises ValueError on an unknown `level`.
    """
    threshold = logging.getLevelNamesMapping().get(level.upper())
    if threshold is None:
        raise ValueError(f"unknown log level {level!r}: use debug, info, warning, error or critical")
    out = stream or sys.stdout
    if isinstance(out, TextIOWrapper):
        out.reconfigure(errors="backslashreplace")  # an undecodable byte of a request must not make logging raise
    shared = _shared_processors(service, process, Masker(personal_keys))
    renderer = _renderer(as_json=not out.isatty() if as_json is None else as_json)
    lossy = cast("TextIO", LossyStream(out))
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(lossy),  # a line and its end in one write
        cache_logger_on_first_use=False,  # module-level loggers must follow a later call
    )
    handler = logging.StreamHandler(lossy)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    _route_standard_logging(handler, threshold)
    _catch_uncaught()


def _shared_processors(service: str, process: str, masker: Masker) -> list[Processor]:
    def add_process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        if "logger_name" in event:  # structlog keeps the argument `logger` for itself
            event["logger"] = event.pop("logger_name")
        event.setdefault("service", service)
        event.setdefault("process", process)
        trace = tracing.current()
        if trace is not None:
            event["trace_id"], event["span_id"] = trace.trace_id, trace.span_id
        return event

    def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        record = {key: event.pop(key) for key in ("_record", "_from_structlog") if key in event}
        masked: EventDict = masker.mapping(event)
        masked.update(record)
        return masked

    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_process,
        structlog.processors.format_exc_info,  # before masking: the traceback is a text like any other
        mask,
    ]


def _renderer(*, as_json: bool) -> Processor:
    if as_json:
        return structlog.processors.JSONRenderer(serializer=_dumps)
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


def _dumps(event: EventDict, **_options: Any) -> str:
    # Lone surrogates (undecodable bytes of a request) are no UTF-8: write them as escapes rather than lose the line.
    try:
        return orjson.dumps(event, default=str).decode()
    except orjson.JSONEncodeError:
        return orjson.dumps(_printable(event), default=str).decode()


def _printable(value: Any) -> Any:
    if isinstance(value, dict):
        return {_printable(key): _printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_printable(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return value if isinstance(value, bool | float | None) else str(value)


def _route_standard_logging(handler: logging.Handler, threshold: int) -> None:
    root = logging.getLogger()
    for former in root.handlers:
        if isinstance(former, Thinning):
            former.close()
    root.handlers[:] = [Thinning(handler, _CLIENTS)]
    root.setLevel(threshold)
    for name in _QUIET:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(max(threshold, logging.WARNING))
    for name in _SILENT:
        logger = logging.getLogger(name)
        logger.handlers[:] = [logging.NullHandler()]
        logger.propagate = False
    logging.captureWarnings(capture=True)


def _catch_uncaught() -> None:
    """A traceback printed by the interpreter itself would show what the mask hides."""
    log = get_logger("kenes")

    def uncaught(kind: type[BaseException], error: BaseException, _trace: Any) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("uncaught exception", exc_info=error)

    def uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            thread = args.thread.name if args.thread else "unknown"
            log.critical("uncaught exception", exc_info=args.exc_value, thread=thread)

    sys.excepthook = uncaught
    threading.excepthook = uncaught_in_thread
