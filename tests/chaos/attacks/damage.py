"""Attack 9: checkpoints and model files cut off or with a bit turned."""

from collections.abc import Callable
from pathlib import Path

import httpx2
from sqlalchemy import select

from chaos.arena import Arena, Figures, attack
from chaos.house import House, kill
from chaos.twins import CURVE, DIGITS
from fitserve_core.store.tables import artefact, run

Damage = Callable[[Path], None]


@attack(
    9,
    "the newest checkpoint, or both, cut off or with a bit turned, then the slot killed",
    "the one before is used, or the run starts again: the very weights and figures",
)
def checkpoints(arena: Arena) -> Figures:
    house, cases = arena.house, 0
    for damaged in (1, 2):
        for damage in _damages(arena):
            experiment = house.post(DIGITS)
            house.until_epoch(experiment.id, arena.random.randint(4, 12))
            house.arm("recorded", "hold")
            slot = house.came_by("recorded", "held")
            for path in _checkpoints(house, experiment.id)[:damaged]:
                damage(path)
            kill(slot)
            house.disarm("recorded")
            arena.check(house, faults=1)
            assert house.run(experiment.id).attempt == 2
            cases += 1
    return {"cases": cases}


@attack(
    9,
    "model files cut off, with a bit turned, or gone",
    "503 that names the file; never an answer of it; right again once it is back",
)
def model_files(arena: Arena) -> Figures:
    house, cases = arena.house, 0
    for damage in (*_damages(arena), Path.unlink):
        experiment = house.post(CURVE)
        arena.check(house, faults=0)
        for kind, ask in (("onnx", _predict), ("keras", _download)):
            path = _file(house, experiment.id, kind)
            whole = path.read_bytes()
            damage(path)
            refused = ask(house, experiment.id)
            assert refused.status_code == 503, refused.text[:200]
            assert path.name in refused.json()["error"]["message"]
            path.write_bytes(whole)
            assert ask(house, experiment.id).status_code == 200
            cases += 1
    return {"cases": cases}


def _damages(arena: Arena) -> list[Damage]:
    def cut_off(path: Path) -> None:
        path.write_bytes(path.read_bytes()[: arena.random.randrange(path.stat().st_size)])

    def turn_a_bit(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[arena.random.randrange(len(content))] ^= 1 << arena.random.randrange(8)
        path.write_bytes(content)

    return [cut_off, turn_a_bit]


def _checkpoints(house: House, experiment_id: str) -> list[Path]:
    columns = (run.c.checkpoint_path, run.c.earlier_checkpoint_path)
    with house.store.database.reading() as connection:
        row = connection.execute(select(*columns).where(run.c.experiment_id == experiment_id)).one()
    return [house.settings.artefacts / path for path in row]


def _file(house: House, experiment_id: str, kind: str) -> Path:
    query = (
        select(artefact.c.path)
        .join(run, run.c.id == artefact.c.run_id)
        .where(run.c.experiment_id == experiment_id, artefact.c.kind == kind)
    )
    with house.store.database.reading() as connection:
        return house.settings.artefacts / str(connection.execute(query).scalar_one())


def _predict(house: House, experiment_id: str) -> httpx2.Response:
    body = {"model": experiment_id, "instances": [451.5]}
    return httpx2.post(f"{house.client.base_url}/predict", json=body, trust_env=False)


def _download(house: House, experiment_id: str) -> httpx2.Response:
    path = f"/models/{experiment_id}/file?format=keras"
    return httpx2.get(house.client.base_url + path, trust_env=False)
