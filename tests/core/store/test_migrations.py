"""The schema: one head, equal to the tables in code, and old data folders that still open."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, text

from fitserve_core.errors import ConfigurationError
from fitserve_core.settings import Settings
from fitserve_core.store import Store, migrate
from fitserve_core.store.database import Database
from fitserve_core.store.tables import experiment, metadata
from support import stories

FIRST_SCHEMA = Path(__file__).parent / "first_schema.sql"


def upgrade(connection: Connection, revision: str) -> None:
    """Bring an empty database to an old schema."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


class TestNewest:
    def test_is_the_last_of_the_scripts(self) -> None:
        folder = Path(migrate.__file__).parent / "migrations"
        assert ScriptDirectory(str(folder)).get_current_head() == migrate.NEWEST


class TestMigrate:
    def test_gives_the_tables_that_the_code_uses(self, store: Store) -> None:
        with store.database.reading() as connection:
            context = MigrationContext.configure(connection)
            assert compare_metadata(context, metadata) == []

    def test_second_opening_changes_nothing(self, settings: Settings, store: Store) -> None:
        experiment = store.experiments.page(limit=1)
        again = Store.opened(settings)
        assert again.experiments.page(limit=1) == experiment
        again.close()

    def test_opens_a_data_folder_made_by_the_first_schema(self, tmp_path: Path) -> None:
        with sqlite3.connect(tmp_path / "fitserve.sqlite3") as database:
            database.executescript(FIRST_SCHEMA.read_text())
        database.close()
        store = Store.opened(Settings(data=tmp_path, database_url=None))
        [experiment], _ = store.experiments.page(limit=9)
        assert (experiment.name, experiment.status) == ("kept since the first day", "succeeded")
        assert experiment.kept_model is not None
        assert store.models.names() == ["mnist"]
        served = store.models.resolve("mnist")
        assert served.run_id == experiment.kept_model.run_id
        [version] = store.versions.of("mnist")
        assert (version.number, version.run_id) == (1, served.run_id)
        [run] = stories.runs(store, experiment.id)
        assert [epoch.epoch for epoch in run.epochs] == [1, 2, 3]
        assert run.verdict is not None
        assert run.verdict.name == "trained"
        assert [event.seq for event in store.events.of_experiment(experiment.id, 0, 99)] == [
            *range(1, 7)
        ]
        store.close()

    def test_finds_experiments_of_before_by_their_tags(self, settings: Settings) -> None:
        database = Database(settings.store_url)
        row = {"id": "exp_1", "spec": stories.spec().model_dump(mode="json"), "status": "queued"}
        row["spec"]["tags"] = ["thesis", "thesis"]
        row |= {"name": "", "dataset": "mnist", "model_name": "mnist", "created_at": 1.0}
        with database.writing() as connection:
            upgrade(connection, "0012")
            connection.execute(insert(experiment).values(row))
            connection.execute(insert(experiment).values(row | {"id": "exp_2", "spec": {}}))
        database.close()
        store = Store.opened(settings)
        [found], _ = store.experiments.page(limit=9, tag="thesis")
        assert found.id == "exp_1"
        store.close()

    def test_refuses_what_a_newer_version_has_migrated(
        self, settings: Settings, store: Store
    ) -> None:
        with store.database.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(ConfigurationError, match="migrated this store to schema 9999"):
            Store.opened(settings)
