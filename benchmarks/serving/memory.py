"""Memory of the API process with ten models loaded, each asked once."""

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.serving.load import Body
from benchmarks.serving.models import NETWORKS, keep_models
from benchmarks.serving.servers import SETTINGS, ask
from benchmarks.serving.works import works
from benchmarks.shared.results import Entry, Measurement, Results
from benchmarks.shared.samples import Mark
from benchmarks.store.api import Api, running

MODELS = 10
ROUNDS = 3
MOST_MB = 180.0


def main() -> int:
    """Measure, store and print; return 1 if the mark is missed."""
    before, after = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keep_models(folder, MODELS // len(NETWORKS))
        for _ in range(ROUNDS):
            with running(folder, "") as api:
                before.append(resident_mb(api))
                ask_every_model(api)
                after.append(resident_mb(api))
    entry = Entry(
        "fitserve", after, setting=SETTINGS["fitserve"], more={"none loaded, MB": min(before)}
    )
    measured = Measurement(f"{MODELS} models loaded", "MB, resident", [entry])
    mark = Mark(measured.name, f"at most {MOST_MB:.0f} MB", "fitserve", MOST_MB, "at most")
    print(f"{measured.name}: {after} MB resident, none loaded: {before}")
    return 0 if Results("serving").add(measured, [mark]) else 1


def ask_every_model(api: Api) -> None:
    """Ask the model of each experiment once."""
    both = works()["numbers"], works()["wavelength"]
    asked = {one.dataset: json.loads(one.bodies["fitserve"].content) for one in both}
    for each in json.loads(api.get(f"/experiments?limit={MODELS}"))["data"]:
        content = asked[each["spec"]["dataset"]] | {"model": each["id"]}
        ask(f"http://127.0.0.1:{api.port}", Body("/predict", json.dumps(content).encode()))


def resident_mb(api: Api) -> float:
    """Return the memory that its process holds, in 10^6 bytes."""
    lines = Path(f"/proc/{api.pid}/status").read_text().splitlines()
    told = next(line for line in lines if line.startswith("VmRSS"))
    return int(told.split()[1]) * 1_024 / 1e6


if __name__ == "__main__":
    sys.exit(main())
