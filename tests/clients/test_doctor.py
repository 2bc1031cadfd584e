"""`fitserve doctor`: every piece, and what to do about what is wrong."""

import json

import httpx2
import pytest
from sqlalchemy import text
from tests.support.receivers import receiving
from typer.testing import CliRunner

from fitserve.cli.app import app
from fitserve.cli.connection import Connection
from fitserve_core.settings import Settings
from fitserve_core.store import Store
from fitserve_workers import devices

HEALTHY = {"status": "ok", "parts": {"store": "ok", "broker": "ok"}}


@pytest.fixture(autouse=True)
def no_tensorflow(monkeypatch):
    """Ask for devices without the seconds that TensorFlow takes."""
    monkeypatch.setattr(devices, "gpus", list)


@pytest.fixture
def doctor(service, fake_time, answers, tmp_path):
    """Return a function that looks at a data folder of the test's own; JSON by piece."""
    service.then(answers.ok(HEALTHY))

    def look(**env):
        given = Connection(transport=httpx2.MockTransport(service), clock=fake_time.clock)
        settled = {
            "FITSERVE_DATA": str(tmp_path),
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "FITSERVE_PORT": "0",
            **env,
        }
        run = CliRunner().invoke(app, ["doctor", "--json"], obj=given, env=settled)
        return {found["piece"]: found for found in json.loads(run.stdout)}, run.exit_code

    return look


class TestHealthy:
    def test_every_piece_is_told(self, doctor):
        found, code = doctor()
        assert code == 0
        assert {each["state"] for each in found.values()} == {"ok"}
        assert list(found)[-7:] == [
            *("data folder", "store", "broker", "MNIST", "devices", "address", "service")
        ]  # fmt: skip

    def test_a_store_is_described_and_left_alone(self, doctor, tmp_path):
        Store.opened(Settings(data=tmp_path, database_url=None)).close()
        before = (tmp_path / "fitserve.sqlite3").stat().st_mtime_ns
        found, _ = doctor()
        assert "sqlite, schema" in found["store"]["told"]
        assert "0 experiments" in found["store"]["told"]
        assert (tmp_path / "fitserve.sqlite3").stat().st_mtime_ns == before

    def test_people_get_a_table(self, service, fake_time, answers, tmp_path):
        service.then(answers.ok(HEALTHY))
        given = Connection(transport=httpx2.MockTransport(service), clock=fake_time.clock)
        run = CliRunner().invoke(app, ["doctor"], obj=given, env={"FITSERVE_DATA": str(tmp_path)})
        assert run.exit_code == 0
        assert "embedded, started by `fitserve up`" in run.stdout


class TestWrong:
    def test_a_store_of_a_newer_version(self, doctor, tmp_path):
        store = Store.opened(Settings(data=tmp_path, database_url=None))
        with store.database.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        store.close()
        found, code = doctor()
        assert (code, found["store"]["state"]) == (1, "wrong")
        assert "schema 9999" in found["store"]["told"]
        assert found["store"]["advice"] == "upgrade fitserve"

    def test_a_broker_that_does_not_answer(self, doctor):
        found, code = doctor(REDIS_URL="redis://127.0.0.1:1")
        assert (code, found["broker"]["state"]) == (1, "wrong")
        assert "host and port" in found["broker"]["advice"]

    def test_a_database_that_does_not_answer(self, doctor):
        found, code = doctor(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
        assert (code, found["store"]["state"]) == (1, "wrong")

    def test_digits_that_are_not_where_they_are_said_to_be(self, doctor, tmp_path):
        found, code = doctor(FITSERVE_MNIST=str(tmp_path / "nowhere.npz"))
        assert (code, found["MNIST"]["state"]) == (1, "wrong")
        assert "nowhere.npz, which is not there" in found["MNIST"]["told"]

    def test_a_gpu_that_is_asked_for_and_not_there(self, doctor):
        found, code = doctor(FITSERVE_DEVICES="cpu,gpu")
        assert (code, found["devices"]["state"]) == (1, "wrong")
        assert "GPUs: none; FITSERVE_DEVICES is cpu,gpu" in found["devices"]["told"]
        assert "set it to cpu" in found["devices"]["advice"]

    def test_a_port_that_another_program_has(self, doctor):
        with receiving() as other:
            port = other.url.rpartition(":")[2]
            found, code = doctor(FITSERVE_PORT=port)
        assert (code, found["address"]["state"]) == (1, "wrong")
        assert f"cannot listen on 127.0.0.1:{port}" in found["address"]["told"]
        assert "FITSERVE_PORT" in found["address"]["advice"]


class TestWarning:
    def test_no_service_is_no_fault_of_this_machine(self, doctor, service):
        service.answers.clear()
        service.then(httpx2.ConnectError("refused"))
        found, code = doctor()
        assert (code, found["service"]["state"]) == (0, "warning")
        assert "`fitserve up`" in found["service"]["advice"]

    @pytest.mark.parametrize(
        ("part", "state", "advice"),
        [
            ("broker", "unavailable: ConnectionError", "REDIS_URL"),
            ("workers", "none: experiments wait for one", "`fitserve worker`"),
            ("data", "nearly full: 150 MiB are left", "`fitserve gc"),
        ],
    )
    def test_a_service_that_lacks_a_part(self, doctor, service, answers, part, state, advice):
        service.answers.clear()
        service.then(answers.ok({"status": "ok", "parts": {"store": "ok", part: state}}))
        found, code = doctor()
        assert (code, found["service"]["state"]) == (0, "warning")
        assert advice in found["service"]["advice"]

    def test_settings_that_cannot_be_used(self, doctor):
        found, code = doctor(FITSERVE_SLOTS="0")
        assert (code, found["settings"]["state"]) == (0, "warning")
        assert "FITSERVE_SLOTS" in found["settings"]["told"]
