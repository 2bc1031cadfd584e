"""What the containers run, run here: API and workers apart, on PostgreSQL and a broker on TCP."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from fitserve import APIConnectionError, Client
from fitserve.cli.app import app
from fitserve_core.keys import new_key
from fitserve_core.settings import Settings
from fitserve_service.stack.broker import broker_answers, broker_command
from support.ports import free_port
from support.postgresql import emptied
from support.receivers import Receiver, receiving
from support.traces import Span, spans
from support.waiting import until

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
TARGETS = set(re.findall(r"^FROM \S+ AS (\S+)$", DOCKERFILE, re.MULTILINE))
COMMANDS = {
    "service": [sys.executable, "-m", "fitserve_service"],
    "workers": [sys.executable, "-c", "from fitserve.cli import main; main()", "worker"],
}
KEY, ENTRY = new_key("me", "admin")
HEALTH = [sys.executable, "-m", "fitserve_workers.health"]


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


class TestFiles:
    def test_copied_paths_exist(self) -> None:
        sources = [
            source
            for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE)
            for source in line.split()[:-1]
        ]
        assert len(sources) >= 5
        assert [source for source in sources if not (ROOT / source).exists()] == []

    def test_built_targets_exist_and_are_not_root(self) -> None:
        built = {
            service["build"]["target"]
            for service in COMPOSE["services"].values()
            if "build" in service
        }
        assert built == {"service", "workers", "workers-gpu"}
        assert built <= TARGETS
        for target in built:
            users = re.findall(r"^USER (\S+)$", self._stage(target), re.MULTILINE)
            assert users[-1] == "10001"

    def test_every_service_has_a_health_check(self) -> None:
        for name, service in COMPOSE["services"].items():
            if "build" not in service:
                assert "healthcheck" in service, name
        for target in ("service", "workers"):
            assert "HEALTHCHECK" in self._stage(target)

    def test_variables_are_settings(self) -> None:
        known = {f"FITSERVE_{name.upper()}" for name in Settings.model_fields}
        known |= {"DATABASE_URL", "REDIS_URL"}
        told = set(re.findall(r"\bFITSERVE_[A-Z_]+(?==)", DOCKERFILE))
        told |= {name for s in COMPOSE["services"].values() for name in s.get("environment", {})}
        assert {name for name in told if not name.startswith("POSTGRES_")} <= known

    def test_commands_are_those_that_are_tested(self) -> None:
        told = re.findall(r"^\s*CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
        assert told[1] == '["python", "-m", "fitserve_service"]'
        assert told[2] == '["python", "-m", "fitserve_workers.health"]'
        assert told[3] == '["fitserve", "worker"]'

    def _stage(self, target: str) -> str:
        return re.split(rf"^FROM \S+ AS {target}$", DOCKERFILE, flags=re.MULTILINE)[1].split(
            "\nFROM "
        )[0]


class TestParts:
    @pytest.fixture
    def collector(self) -> Iterator[Receiver]:
        with receiving() as receiver:
            yield receiver

    @pytest.fixture
    def environment(self, postgresql: str, collector: Receiver, tmp_path: Path) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": emptied(postgresql),
            "REDIS_URL": f"redis://127.0.0.1:{free_port()}",
            "FITSERVE_PORT": str(free_port()),
            "FITSERVE_DATA": str(tmp_path),
            "FITSERVE_API_KEYS": str(ENTRY),
            "FITSERVE_SLOTS": "1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }

    def test_train_predict_and_trace(
        self, environment: dict[str, str], collector: Receiver, tmp_path: Path
    ) -> None:
        url = f"http://127.0.0.1:{environment['FITSERVE_PORT']}"
        broker = environment["REDIS_URL"]
        with ExitStack() as parts:
            command = broker_command(tmp_path / "unused.sock", tmp_path)
            command[command.index("--port") + 1] = broker.rpartition(":")[2]
            parts.enter_context(running(command, environment, tmp_path / "broker.out"))
            until(lambda: broker_answers(broker))
            for name in ("service", "workers"):
                log = tmp_path / f"{name}.out"
                parts.enter_context(running(COMMANDS[name], environment, log))
            client = parts.enter_context(Client(url, KEY))
            until(lambda: self._answers(client), 90)
            created = client.experiments.create(dataset="eckerle4", repetitions=2)
            ended = client.experiments.wait(created.id, progress=False, timeout=90)
            assert ended.status == "succeeded"
            answer = client.predict([451.5], model="eckerle4")
            assert answer.predictions[0].value == pytest.approx(0.37, abs=0.15)
            assert subprocess.run(HEALTH, env=environment, check=False).returncode == 0
        assert subprocess.run(HEALTH, env=environment, check=False).returncode == 1
        self._assert_one_trace(created.id, spans(collector))

    def _assert_one_trace(self, experiment_id: str, traced: list[Span]) -> None:
        """From the request over the hint to both trainings, in both processes."""
        [request] = [one for one in traced if one.name == "POST /experiments"]
        mine = [one for one in traced if one.trace == request.trace]
        children = {one.name: one for one in mine if one.parent == request.id}
        assert children.keys() == {"send hints", "train run"}
        assert children["send hints"].service == "fitserve-api"
        taken = [one for one in mine if one.name == "take hint"]
        assert {one.parent for one in taken} == {children["send hints"].id}
        trained = [one for one in mine if one.name == "train run"]
        assert len(trained) == 2
        for run in trained:
            assert run.service == "fitserve-workers"
            assert run.attributes["fitserve.experiment.id"] == experiment_id
            steps = [one.name for one in mine if one.parent == run.id]
            assert sorted(steps) == ["finish", "prepare", "train"]

    def _answers(self, client: Client) -> bool:
        try:
            return client.health().status == "ok"
        except APIConnectionError:
            return False


class TestServiceWithoutKeys:
    def test_is_refused_an_address_that_others_reach(self, tmp_path: Path) -> None:
        everywhere = {"FITSERVE_HOST": "0.0.0.0", "FITSERVE_API_KEYS": ""}
        told = {"FITSERVE_DATA": str(tmp_path), **everywhere}
        refused = subprocess.run(
            COMMANDS["service"],
            env={**os.environ, **told},
            capture_output=True,
            text=True,
            check=False,
        )
        assert refused.returncode == 1
        assert "FITSERVE_HOST is 0.0.0.0; make a key with `fitserve keys new" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert list(tmp_path.iterdir()) == []


class TestWorkerElsewhere:
    @pytest.mark.parametrize(
        ("told", "reason"),
        [
            ({}, "needs REDIS_URL"),
            ({"REDIS_URL": "unix:///run/broker.sock"}, "a socket of one machine"),
            ({"REDIS_URL": "redis://127.0.0.1"}, "the store is SQLite"),
        ],
    )
    def test_is_refused_what_it_cannot_reach(
        self, told: dict[str, str], reason: str, tmp_path: Path
    ) -> None:
        unset = {"REDIS_URL": None, "DATABASE_URL": None}
        environment = {**unset, "FITSERVE_DATA": str(tmp_path), **told}
        refused = CliRunner().invoke(app, ["worker"], env=environment)
        assert refused.exit_code == 1
        assert reason in refused.stderr
