"""Connection strings over TLS: the driver takes each without a warning, with the authority that was named alone."""

import warnings
from pathlib import Path

import certifi
import pymongo
import pytest

from kenes.mongo.address import over_tls
from kenes.settings import KitSettings

AUTHORITY = Path(certifi.where())
NEEDED = {"kafka_bootstrap": "b:1", "master_key": "a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2U="}


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://h",
        "mongodb://h:27017/",
        "mongodb://h/db?retryWrites=true",
        "mongodb://u:p%40w@a,b/?replicaSet=kenes&ssl=false&authSource=admin",
        "mongodb://a/?tls=true&tlsCAFile=/elsewhere.crt",
    ],
)
def test_the_driver_reaches_the_same_servers_over_tls(uri: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client: pymongo.MongoClient[dict[str, object]] = pymongo.MongoClient(over_tls(uri, AUTHORITY), connect=False)
    with client:
        options = client.options.pool_options
    assert options._ssl_context is not None
    assert "elsewhere" not in over_tls(uri, AUTHORITY)
    assert over_tls(uri, AUTHORITY).startswith(uri.partition("?")[0])


def test_a_setting_turns_it_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name, value in (NEEDED | {"mongo_uri": "mongodb://h", "mongo_tls_ca": str(AUTHORITY)}).items():
        monkeypatch.setenv(f"KENES_{name.upper()}", value)
    assert KitSettings.load().mongo_uri == f"mongodb://h/?tls=true&tlsCAFile={AUTHORITY}"
    monkeypatch.setenv("KENES_MONGO_TLS_CA", __file__)
    with pytest.raises(SystemExit):
        KitSettings.load()
    assert "setting KENES_MONGO_TLS_CA: the authority's certificate cannot be read" in capsys.readouterr().err
