"""The whole product on one machine: Kafka, the MongoDB-wire server, identity provider, mail and every service."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from kenes.local import environment, kafka, mongo
from kenes.local.errors import LocalStackError
from kenes.local.kafka import EmbeddedKafka
from kenes.local.keys import LocalKeys
from kenes.local.managed import ProcessSpec
from kenes.local.mongo import EmbeddedMongo
from kenes.local.ports import require_free
from kenes.local.probe import HOST, http_ready, kafka_ready, mongo_ready
from kenes.local.process import ChildProcess
from kenes.local.services import ROLES, Service
from kenes.local.settings import LAST_FIRST_PORT, LocalSettings, setting_name
from kenes.local.sinks import SINKS, Sink

IDENTITY: Final = "identity"


@dataclass
class Stack:
    """Composes the processes; the supervisor runs them.

    A server the user names by its variable (KENES_KAFKA_BOOTSTRAP, KENES_MONGO_URI, KENES_OIDC_ISSUER,
    KENES_SMTP_HOST, KENES_TELEGRAM_TOKEN, KENES_WEBPUSH_KEY) is used and not started here. Making it raises
    LocalStackError where a port the user names is none.
    """

    settings: LocalSettings
    services: Sequence[Service]
    user: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def __post_init__(self) -> None:
        self.data = self.settings.data.absolute()
        self.logs = self.data / "logs"
        self._first_site = self._port(environment.API_PORT, self.settings.api_port)
        self._first_metrics = self._port(environment.METRICS_PORT, self.settings.metrics_port)
        self.identity = self.user.get(environment.LOGIN) or f"http://{HOST}:{self.settings.identity_port}"

    def require_ports(self) -> None:
        """Raises LocalStackError for the first port that somebody else has, or that two of our own would take."""
        given: dict[int, str] = {}
        for port, what, setting in self._ports():
            if port in given:
                raise LocalStackError(f"port {port} is meant for {given[port]} and for {what}: change {setting}")
            given[port] = what
            require_free(port, what, setting)

    def specs(self) -> list[ProcessSpec]:
        """All processes. Fetches and formats what is missing; starts nothing. Raises LocalStackError."""
        servers = [spec for make in (self._kafka, self._mongo, self._identity, self._sinks) for spec in make()]
        names = tuple(spec.name for spec in servers)
        running = [
            spec for number, service in enumerate(self.services) for spec in self._service(number, service, names)
        ]
        tasks = [self._seed(number, service) for number, service in enumerate(self.services) if service.has_demo_data]
        return [*servers, *running, *tasks]

    def addresses(self) -> list[tuple[str, str]]:
        """What to open, by its name."""
        sites = [(number, service, self.site(number)) for number, service in enumerate(self.services)]
        rows = [(f"{service.name}: site", site) for _, service, site in sites]
        rows += [
            (f"{service.name}: API (OpenAPI)", f"{site}/api/{service.name}/v1/openapi.json")
            for _, service, site in sites
        ]
        rows.append(("identity provider", self.identity))
        rows += [
            (sink.title, self._address(sink.variable, f"http://{HOST}:{sink.page(self.settings)}")) for sink in SINKS
        ]
        for number, service, _ in sites:
            rows += [(f"{service.name}: metrics of {role}", f"{self._metrics(number, role)}/metrics") for role in ROLES]
        rows.append(("Kafka", self._address(environment.KAFKA, f"{HOST}:{self.settings.kafka_port}")))
        rows.append(("MongoDB", self._address(environment.MONGO, self._mongo_server().uri)))
        return rows

    def readiness(self) -> dict[str, Callable[[], bool]]:
        """How to ask each process whether it is ready, by its name. Tasks are not asked."""
        discovery = f"{self.identity}/.well-known/openid-configuration"
        sinks = {sink.name: f"http://{HOST}:{sink.page(self.settings)}/healthz" for sink in SINKS}
        pages = {**sinks, **{name: f"{metrics}/readyz" for name, metrics in self._processes().items()}}
        return {
            EmbeddedKafka.name: partial(kafka_ready, self.settings.kafka_port),
            EmbeddedMongo.name: partial(mongo_ready, self.settings.mongo_port),
            IDENTITY: partial(http_ready, discovery),
            **{name: partial(http_ready, page) for name, page in pages.items()},
        }

    def site(self, number: int) -> str:
        """Where people reach the service of this number."""
        return self.user.get("KENES_PUBLIC_URL") or f"http://{HOST}:{self.api_port(number)}"

    def api_port(self, number: int) -> int:
        return self._first_site + number

    def metrics_port(self, number: int, role: str) -> int:
        return self._first_metrics + number * len(ROLES) + ROLES.index(role)

    def _port(self, variable: str, otherwise: int) -> int:
        told = self.user.get(variable)
        if not told:
            return otherwise
        if not (told.isdecimal() and 1 <= int(told) <= LAST_FIRST_PORT):
            raise LocalStackError(f"setting {variable}: must be a port from 1 to {LAST_FIRST_PORT}")
        return int(told)

    def _sites(self) -> dict[str, str]:
        """Where people reach each service that is for them."""
        return {each.name: self.site(place) for place, each in enumerate(self.services) if not each.for_operators}

    def _metrics(self, number: int, role: str) -> str:
        return f"http://{HOST}:{self.metrics_port(number, role)}"

    def _processes(self) -> dict[str, str]:
        """Where each process tells its health, by its name."""
        return {
            f"{service.name}-{role}": self._metrics(number, role)
            for number, service in enumerate(self.services)
            for role in ROLES
        }

    def _address(self, variable: str, local: str) -> str:
        # A connection string of the user may hold a password, which has no place on a screen.
        return f"as {variable} says" if self.user.get(variable) else local

    def _ports(self) -> Iterator[tuple[int, str, str]]:
        if not self.user.get(environment.KAFKA):
            yield self.settings.kafka_port, "Kafka", setting_name("kafka_port")
            yield self.settings.kafka_controller_port, "Kafka's controller", setting_name("kafka_controller_port")
        if not self.user.get(environment.MONGO):
            yield self.settings.mongo_port, "the MongoDB-wire server", setting_name("mongo_port")
        if not self.user.get(environment.LOGIN):
            yield self.settings.identity_port, "the identity provider", setting_name("identity_port")
        for sink in self._local_sinks():
            yield from sink.ports(self.settings)
        for number, service in enumerate(self.services):
            yield self.api_port(number), f"the site of {service.name}", setting_name("api_port")
            for role in ROLES:
                metrics = self.metrics_port(number, role)
                yield metrics, f"metrics of {service.name} {role}", setting_name("metrics_port")

    def _kafka(self) -> list[ProcessSpec]:
        if self.user.get(environment.KAFKA):
            return []
        settings = self.settings
        server = EmbeddedKafka(
            self.data / "kafka",
            settings.kafka_port,
            controller_port=settings.kafka_controller_port,
            log=self.logs / "kafka.log",
        )
        return [
            ProcessSpec(
                server.child(),
                server.ready,
                port=server.port,
                start_seconds=kafka.START_SECONDS,
                stop_seconds=kafka.STOP_SECONDS,
            )
        ]

    def _mongo_server(self) -> EmbeddedMongo:
        settings = self.settings
        return EmbeddedMongo(
            self.data / "mongo", settings.mongo_port, binary=settings.mongo_binary, log=self.logs / "mongo.log"
        )

    def _mongo(self) -> list[ProcessSpec]:
        if self.user.get(environment.MONGO):
            return []
        server = self._mongo_server()
        return [ProcessSpec(server.child(), server.ready, port=server.port, stop_seconds=mongo.STOP_SECONDS)]

    def _identity(self) -> list[ProcessSpec]:
        if self.user.get(environment.LOGIN):
            return []
        port = self.settings.identity_port
        argv = [sys.executable, "-m", "kenes.local.identity_provider", "--port", str(port)]
        # The provider keeps its key beside the rest, also where the data folder was given relative to another one.
        told = {**self.environment(0), environment.DATA: str(self.data)}
        child = ChildProcess(IDENTITY, argv, self.logs / f"{IDENTITY}.log", env=told, cwd=self._root)
        return [ProcessSpec(child, self.readiness()[IDENTITY], port=port)]

    def _local_sinks(self) -> list[Sink]:
        return [sink for sink in SINKS if not self.user.get(sink.variable)]

    def _sinks(self) -> list[ProcessSpec]:
        return [self._sink(sink) for sink in self._local_sinks()]

    def _sink(self, sink: Sink) -> ProcessSpec:
        page = sink.page(self.settings)
        argv = [sys.executable, *sink.argv(self.settings)]
        log = self.logs / f"{sink.name}.log"
        child = ChildProcess(sink.name, argv, log, env=environment.compose({}), cwd=self._root)
        return ProcessSpec(child, self.readiness()[sink.name], port=page)

    def _service(self, number: int, service: Service, servers: tuple[str, ...]) -> list[ProcessSpec]:
        return [self._process(number, service, role, servers) for role in ROLES]

    def _process(self, number: int, service: Service, role: str, servers: tuple[str, ...]) -> ProcessSpec:
        name = f"{service.name}-{role}"
        metrics = self.metrics_port(number, role)
        told = {**self.environment(number), environment.METRICS_PORT: str(metrics)}
        child = ChildProcess(
            name,
            [sys.executable, "-m", service.module, role],
            self.logs / f"{name}.log",
            env=told,
            cwd=self._root,
        )
        site = self.api_port(number) if role == "api" else None
        return ProcessSpec(child, self.readiness()[name], depends_on=servers, port=site or metrics)

    def _seed(self, number: int, service: Service) -> ProcessSpec:
        name = f"{service.name}-seed"
        argv = [sys.executable, "-m", service.module, "seed"]
        child = ChildProcess(name, argv, self.logs / f"{name}.log", env=self.environment(number), cwd=self._root)
        return ProcessSpec(child, depends_on=tuple(f"{service.name}-{role}" for role in ROLES), once=True)

    def environment(self, number: int) -> dict[str, str]:
        """All but the metrics port, which each process has of its own."""
        keys = LocalKeys.of(self.data)
        kafka_address = f"{HOST}:{self.settings.kafka_port}"
        told = environment.shared(kafka_address, self._mongo_server().uri, self.identity, keys, self.user)
        told["KENES_PUBLIC_URL"] = self.site(number)
        told["KENES_SITES"] = json.dumps(self._sites())
        told["KENES_PROCESSES"] = json.dumps(self._processes())
        if not self.user.get(environment.SMTP):
            told |= environment.mail(HOST, self.settings.smtp_port)
        if not self.user.get(environment.TELEGRAM):
            told |= environment.telegram(HOST, self.settings.telegram_port)
        if not self.user.get(environment.WEBPUSH):
            told |= environment.webpush(HOST, self.settings.push_port, keys)
        return {
            **environment.compose(told, self.user),
            # What the user names is the first one; each service has its own.
            environment.API_PORT: str(self.api_port(number)),
        }

    @property
    def _root(self) -> Path:
        return self.services[0].folder.parent.parent if self.services else Path.cwd()
