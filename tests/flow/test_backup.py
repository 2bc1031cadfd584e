"""A backup of a service that trains: the restored one answers alike, and trains to the same end."""

from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from fitserve import Client
from fitserve.cli.app import app
from fitserve_core.settings import Settings
from fitserve_service.stack import Stack
from support.waiting import until

SLOW: dict[str, Any] = {"dataset": "eckerle4", "training": {"epochs": 4_000}, "repetitions": 1}
WAVELENGTHS = [412.5, 440.0, 451.5, 470.0]


def told(client: Client, id_: str) -> tuple[Any, str]:
    [run] = client.experiments.metrics(id_).runs
    return run.final, {file.kind: file.sha256 for file in run.artefacts}["weights"]


def command(name: str, archive: Path, data: Path) -> None:
    environment = {"FITSERVE_DATA": str(data), "DATABASE_URL": ""}
    done = CliRunner().invoke(app, [name, str(archive)], env=environment)
    assert done.exit_code == 0, done.output
    assert "files" in done.stdout


class TestBackup:
    def test_restored_service_goes_on(
        self, client: Client, tmp_path: Path, long_folder: Path
    ) -> None:
        done = client.experiments.create(dataset="eckerle4", repetitions=1).wait(progress=False)
        slow = client.experiments.create(SLOW)
        until(lambda: client.experiments.retrieve(slow.id).progress.epochs_done, 60)
        archive, data = tmp_path / "backup.tar", tmp_path / "restored"
        command("backup", archive, long_folder)
        command("restore", archive, data)
        with (
            Stack(Settings(data=data, port=0, slots=1)) as restored,
            Client(restored.url) as second,
        ):
            assert second.predict(WAVELENGTHS, model=done.id) == client.predict(
                WAVELENGTHS, model=done.id
            )
            for each in (client, second):
                assert each.experiments.wait(slow.id, progress=False).status == "succeeded"
            [run] = second.experiments.metrics(slow.id).runs
            assert run.attempt == 2
            assert [epoch.epoch for epoch in run.epochs] == list(range(1, 4_001))
            assert told(second, slow.id) == told(client, slow.id)
