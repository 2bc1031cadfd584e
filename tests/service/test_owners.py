"""Experiments belong to the key that posted them; to others they are not there unless shared."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from fitserve_core.store import Store, Viewer
from service.conftest import settings_for
from support import stories
from support.keys import bearer, keyed
from support.perceptrons import Kept, Line, keep
from support.refusals import refusal
from support.serving import RunningService, running_service
from support.sse import streaming

GHOST_EXPERIMENT, GHOST_RUN = "exp_0123456789ab0123456789ab", "run_0123456789ab0123456789ab"
ROW = {"name": "inputs", "datatype": "FP32", "shape": [1, 1], "data": [440.0]}
WAVELENGTH = {"dataset": "eckerle4"}


@dataclass(frozen=True)
class Team:
    """A service, and clients of it with the keys of two who train and of an admin."""

    service: RunningService
    ana: httpx2.Client
    ben: httpx2.Client
    root: httpx2.Client

    def store_of(self, name: str) -> Store:
        return self.service.store.seen_by(Viewer(name))

    def keeps(self, name: str, slope: float = 0.002) -> Kept:
        """Tell of a kept model of somebody's."""
        return keep(self.store_of(name), self.service.artefacts, Line(slope))


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    settings, keys = keyed(
        settings_for(tmp_path), {"ana": "train", "ben": "train", "root": "admin"}
    )
    with running_service(settings) as service:
        clients = {
            name: httpx2.Client(base_url=service.http.base_url, headers=bearer(key))
            for name, key in keys.items()
        }
        yield Team(service, **clients)
        for client in clients.values():
            client.close()


def _body(operation: str, name: str) -> Any:
    bodies = {
        "create_experiment": {**WAVELENGTH, "warm_start": name},
        "describe_experiment": {"name": "mine"},
        "extend_experiment": {"repetitions": 2},
        "clone_experiment": {"name": "a copy"},
        "set_label": {"version": 1},
        "predict": {"model": name, "instances": [440.0]},
        "explain_backpropagation": {"preset": "worked-example"},
    }
    if operation.startswith("tfserving_predict"):
        return {"instances": [[440.0]]}
    if operation.startswith("v2_infer"):
        return {"inputs": [ROW]}
    return bodies.get(operation)


def _operations(team: Team) -> list[tuple[str, str, dict[str, Any]]]:
    """Return method, path and description of every call, the one that deletes last."""
    paths = team.ana.get("/openapi.json").json()["paths"]
    found = [(m.upper(), path, o) for path, ops in paths.items() for m, o in ops.items()]
    return sorted(found, key=lambda one: one[2]["operationId"] == "delete_experiment")


def _ask(
    client: httpx2.Client, method: str, path: str, operation: str, experiment: str, run: str
) -> list[str]:
    """Return what is answered where an experiment's or a run's id is given, ids taken out."""
    told = []
    for name in (experiment, run):
        places = {"id": experiment, "run_id": run, "name": name, "version": 1, "label": "stable"}
        query = {"format": "csv"} if operation == "export_experiment" else {}
        answer = client.request(
            method, path.format(**places), params=query, json=_body(operation, name)
        )
        text = answer.text.replace(experiment, "E").replace(run, "R")
        told.append(f"{answer.status_code} {text}")
    return told


class TestSomebodyElses:
    def test_is_not_there_for_any_call_that_names_it(self, team: Team) -> None:
        kept = team.keeps("ana")
        mine, ghost = (kept.experiment.id, kept.run_id), (GHOST_EXPERIMENT, GHOST_RUN)
        compared = 0
        for method, path, described in _operations(team):
            operation = described["operationId"]
            in_body = operation in {"predict", "create_experiment"}
            if not in_body and "{id}" not in path and "{name}" not in path:
                continue
            bens = _ask(team.ben, method, path, operation, *mine)
            nobodys = _ask(team.ben, method, path, operation, *ghost)
            assert bens == nobodys, operation
            if described["security"][0]["HTTPBearer"] == ["admin"]:
                continue
            assert not bens[0].startswith("2") or operation == "list_versions", operation
            # For its owner it is there, so the comparison says something; only names have versions.
            another = path.startswith(("/datasets", "/catalogue"))
            if not another and "version" not in path and "label" not in path:
                assert _ask(team.ana, method, path, operation, *mine) != nobodys, operation
                compared += 1
        assert compared >= 28

    def test_is_in_no_list_and_answers_to_no_name(self, team: Team) -> None:
        kept = team.keeps("ana")
        for method, path, described in _operations(team):
            if "{" in path or described["operationId"] in {"prometheus", "create_experiment"}:
                continue
            operation = described["operationId"]
            answer = team.ben.request(method, path, json=_body(operation, "eckerle4"))
            assert kept.experiment.id not in answer.text, path
            assert kept.run_id not in answer.text, path
            if operation == "predict":
                assert "no model 'eckerle4' is kept yet" in refusal(answer, 409)["message"]
        answered = {"list_versions", "get_dataset"}
        for method, path, described in _operations(team):
            operation = described["operationId"]
            if "{name}" not in path or described["security"][0]["HTTPBearer"] == ["admin"]:
                continue
            here = path.format(name="eckerle4", version=1, label="latest")
            answer = team.ben.request(method, here, json=_body(operation, "eckerle4"))
            assert (answer.status_code in {404, 409}) is (operation not in answered), path
            assert kept.run_id not in answer.text
            assert team.ana.request(method, here, json=_body(operation, "eckerle4")).is_success, (
                path
            )

    def test_cannot_be_laid_beside_ones_own(self, team: Team) -> None:
        theirs, mine = team.keeps("ana").experiment, team.keeps("ben").experiment
        path = f"/experiments/{mine.id}/figures/learning-curves"
        refusal(team.ben.get(path, params={"beside": theirs.id}), 404)
        assert team.ben.get(path).status_code == 200

    def test_events_are_not_told(self, team: Team) -> None:
        with streaming(team.ben, "/events", last_event_id=0) as frames:
            stories.post(team.store_of("ana"))
            mine = stories.post(team.store_of("ben"))
            assert json.loads(next(frames).data)["experiment_id"] == mine.id

    def test_idempotency_keys_are_anothers(self, team: Team) -> None:
        once = {"Idempotency-Key": "nightly"}
        ids = [
            client.post("/experiments", json=spec, headers=once).json()["id"]
            for client, spec in [
                (team.ana, WAVELENGTH),
                (team.ben, {"dataset": "mnist"}),
                (team.ana, WAVELENGTH),
            ]
        ]
        assert ids[0] == ids[2] != ids[1]

    def test_best_model_of_a_name_is_ones_own(self, team: Team) -> None:
        body = {"model": "eckerle4", "instances": [450.0]}
        for name, slope in (("ana", 0.002), ("ben", 0.004)):
            team.keeps(name, slope)
        for client, value in ((team.ana, 0.1), (team.ben, 0.2), (team.ana, 0.1)):
            [predicted] = client.post("/predict", json=body).json()["predictions"]
            assert predicted["value"] == pytest.approx(value, abs=1e-6)


class TestShared:
    def test_is_read_by_others_and_changed_by_its_owner(self, team: Team) -> None:
        kept = team.keeps("ana")
        path = f"/experiments/{kept.experiment.id}"
        shared = team.ana.patch(path, json={"shared": True}).json()
        assert (shared["owner"], shared["shared"], shared["spec"].get("shared")) == (
            *("ana", True),
            None,
        )
        assert team.ben.get(path).json()["owner"] == "ana"
        assert team.ben.get("/models/eckerle4").json()["run_id"] == kept.run_id
        for method, behind, body in (
            ("PATCH", "", {"name": "mine"}),
            ("POST", "/cancel", None),
            ("POST", "/extend", {"repetitions": 2}),
            ("DELETE", "", None),
        ):
            told = refusal(team.ben.request(method, path + behind, json=body), 403)
            assert "belongs to ana; ben may read it" in told["message"]
        copy = team.ben.post(f"{path}/clone", json={"name": "a copy"}).json()
        assert (copy["owner"], copy["shared"]) == ("ben", False)
        assert team.root.patch(path, json={"name": "looked at"}).status_code == 200
        team.ana.patch(path, json={"shared": False})
        refusal(team.ben.get(path), 404)

    def test_alone_can_be_labelled_since_labels_answer_everybody(self, team: Team) -> None:
        kept = team.keeps("ana")
        label, path = "/models/eckerle4/labels/stable", f"/experiments/{kept.experiment.id}"
        told = refusal(team.root.put(label, json={"version": 1}), 409)
        assert "which ana does not share" in told["message"]
        team.ana.patch(path, json={"shared": True})
        assert team.root.put(label, json={"version": 1}).status_code == 200
        assert team.ben.get("/models/eckerle4@stable").json()["run_id"] == kept.run_id
        told = refusal(team.ana.patch(path, json={"shared": False}), 409)
        assert "the label stable stands for" in told["message"]


class TestNobodys:
    def test_is_read_by_all_and_changed_by_admins(self, team: Team) -> None:
        path = f"/experiments/{stories.post(team.service.store).id}"
        assert team.ben.get(path).json()["owner"] is None
        told = refusal(team.ben.post(f"{path}/cancel"), 403)
        assert "belongs to nobody" in told["message"]
        assert team.root.post(f"{path}/cancel").json()["status"] == "cancelled"


class TestAdmin:
    def test_sees_all(self, team: Team) -> None:
        ids = {team.keeps(name).experiment.id for name in ("ana", "ben")}
        assert {one["id"] for one in team.root.get("/experiments").json()["data"]} == ids
        assert [one["id"] for one in team.ben.get("/experiments").json()["data"]] != list(ids)


class TestQuota:
    def test_beyond_it_a_key_is_told_to_wait(self, tmp_path: Path) -> None:
        settings, keys = keyed(settings_for(tmp_path, max_experiments_per_key=1), {"me": "train"})
        with running_service(settings) as service:
            told = [
                service.http.post("/experiments", json=WAVELENGTH, headers=bearer(keys["me"]))
                for _ in range(2)
            ]
            assert told[0].status_code == 201
            refusal(told[1], 429)
            assert told[1].headers["retry-after"] == "10"
