"""How much memory the API takes to tell the metrics of many epochs."""

from collections.abc import Iterator

from sqlalchemy import insert

from benchmarks.shared.results import Entry, Measurement
from benchmarks.shared.samples import Mark
from benchmarks.store.api import DATABASES, database, opened, running, version
from benchmarks.store.filling import copied, ended, insert_all, settle_down, template
from fitserve_core.store.tables import epoch

RUNS = 20
EPOCHS = 10_000
ROUNDS = 3
MOST_MIB = 180.0
FORMATS = ("json", "csv")


def metrics() -> Iterator[tuple[Measurement, list[Mark]]]:
    """Yield the most memory that the process had while it answered, by format."""
    entries: dict[str, list[Entry]] = {form: [] for form in FORMATS}
    for name in DATABASES:
        with database(name) as (folder, url):
            with opened(folder, url) as store:
                spec = {"dataset": "mnist", "training": {"epochs": EPOCHS}, "repetitions": RUNS}
                parent, runs = copied(template(store, spec), 1, status="succeeded")
                with store.database.writing() as connection:
                    insert_all(connection, [(parent, [ended(row) for row in runs])])
                    for row in runs:
                        connection.execute(insert(epoch), _epochs(row["id"]))
                settle_down(store)
                told = version(store)
            with running(folder, url) as api:
                for form in FORMATS:
                    path = f"/experiments/{parent['id']}/metrics?format={form}"
                    before, peaks, seconds = api.peak_mib(), [], []
                    for _ in range(ROUNDS):
                        api.forget_peak()
                        seconds.append(api.milliseconds(path) / 1_000)
                        peaks.append(api.peak_mib())
                    more = {"before, MiB": before, "seconds": min(seconds)}
                    entries[form].append(Entry(name, peaks, told, more=more))
    for form, given in entries.items():
        work = f"metrics as {form.upper()}"
        words = f"at most {MOST_MIB:.0f} MiB on"
        marks = [Mark(work, f"{words} {e.name}", e.name, MOST_MIB, "at most") for e in given]
        note = f"{RUNS * EPOCHS:,} epochs of {RUNS} runs; the whole process"
        yield Measurement(work, "MiB, peak", given, note), marks


def _epochs(run_id: str) -> list[dict[str, object]]:
    figures = ("loss", "data_loss", "accuracy", "val_loss", "val_data_loss", "val_accuracy")
    return [
        {"run_id": run_id, "epoch": number, "learning_rate": 0.1, "seconds": 0.25}
        | {name: number / (EPOCHS + place) for place, name in enumerate(figures, start=3)}
        | {"gradient_norms": [1 / number, 2 / number]}
        for number in range(1, EPOCHS + 1)
    ]
