import subprocess
import sys

import httpx2
import pytest

from fitserve import Client, FitserveError
from fitserve_core.hosts import is_loopback

HEAVY = ["numpy", "tensorflow", "keras", "fastapi", "celery", "sqlalchemy", "onnxruntime"]
SHOWN_LATER = ["typer", "rich", "yaml"]


@pytest.fixture
def sent(service, answers):
    service.then(answers.ok({"status": "ok"}))
    return service.requests


def ask(service, *args, **kwargs):
    with Client(*args, **kwargs, transport=httpx2.MockTransport(service)) as client:
        client.health()


class TestAddress:
    def test_default(self, service, sent):
        ask(service)
        assert str(sent[0].url) == "http://127.0.0.1:8000/readyz"

    def test_environment(self, service, sent, monkeypatch):
        monkeypatch.setenv("FITSERVE_URL", "https://elsewhere:1234")
        ask(service)
        assert str(sent[0].url) == "https://elsewhere:1234/readyz"

    def test_argument_beats_environment(self, service, sent, monkeypatch):
        monkeypatch.setenv("FITSERVE_URL", "https://elsewhere:1234")
        ask(service, "http://here/under/a/path/")
        assert str(sent[0].url) == "http://here/under/a/path/readyz"

    @pytest.mark.parametrize(
        "url", ["127.0.0.1:8000", "ftp://host", "http://", "http://host:port", "x y"]
    )
    def test_no_address_is_refused_by_name(self, url):
        with pytest.raises(FitserveError) as caught:
            Client(url)
        assert repr(url) in str(caught.value)
        assert "http://127.0.0.1:8000" in str(caught.value)

    @pytest.mark.parametrize(
        ("host", "here"),
        [
            ("localhost", True),
            ("127.0.0.1", True),
            ("::1", True),
            ("10.0.0.1", False),
            ("a", False),
        ],
    )
    def test_loopback(self, host, here):
        assert is_loopback(host) is here


class TestKey:
    def test_none(self, service, sent):
        ask(service)
        assert "Authorization" not in sent[0].headers

    def test_environment(self, service, sent, monkeypatch):
        monkeypatch.setenv("FITSERVE_API_KEY", "secret")
        ask(service)
        assert sent[0].headers["Authorization"] == "Bearer secret"

    def test_argument_beats_environment(self, service, sent, monkeypatch):
        monkeypatch.setenv("FITSERVE_API_KEY", "secret")
        ask(service, api_key="mine")
        assert sent[0].headers["Authorization"] == "Bearer mine"


class TestImport:
    @pytest.mark.parametrize(
        ("statement", "absent"),
        [
            ("from fitserve import Client; Client()", HEAVY + SHOWN_LATER),
            ("import fitserve.cli", HEAVY),
            ("import fitserve.tables, fitserve.progress", HEAVY),
        ],
    )
    def test_loads_no_more_than_it_needs(self, statement, absent):
        code = f"{statement}; import sys; print(*sorted(set(sys.modules) & set({absent})))"
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
        )
        assert run.stdout.split() == []
