"""Client and AsyncClient: one surface, no more and no less."""

import inspect

import pytest

from fitserve import AsyncClient, Client, Experiment
from fitserve.aio.resources.experiment import AsyncExperiment
from fitserve_core import results

RENAMED = {"aclose": "close", "__aenter__": "__enter__", "__aexit__": "__exit__"}


def methods(kind, base=object):
    inherited = {*dir(base), "model_post_init"}  # which pydantic makes for private attributes
    return {
        RENAMED.get(name, name): member
        for name, member in inspect.getmembers(kind, callable)
        if name not in inherited or name in RENAMED.values() or name in RENAMED
        if not name.startswith("_") or name in RENAMED.values() or name in RENAMED
    }


def parameters(method):
    return [
        (one.name, one.kind, one.default) for one in inspect.signature(method).parameters.values()
    ]


PAIRS = [
    pytest.param(methods(Client), methods(AsyncClient), id="client"),
    pytest.param(
        methods(Experiment, results.Experiment),
        methods(AsyncExperiment, results.Experiment),
        id="experiment",
    ),
    *(
        pytest.param(
            methods(type(getattr(Client("http://x"), name))),
            methods(type(getattr(AsyncClient("http://x"), name))),
            id=name,
        )
        for name in ("experiments", "models", "datasets", "catalogue", "explain", "webhooks")
    ),
]


class TestSurface:
    @pytest.mark.parametrize(("sync", "aio"), PAIRS)
    def test_has_the_same_methods_with_the_same_parameters(self, sync, aio):
        assert sync.keys() == aio.keys()
        assert len(sync) >= 1
        for name in sync:
            assert parameters(sync[name]) == parameters(aio[name]), name

    @pytest.mark.parametrize(("sync", "aio"), PAIRS)
    def test_waits_nowhere_in_one_and_is_awaited_in_the_other(self, sync, aio):
        for name, method in aio.items():
            asynchronous = inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method)
            assert asynchronous or name == "bound", name
            assert not inspect.iscoroutinefunction(sync[name]), name

    def test_has_the_same_resources(self):
        assert vars(Client("http://x")).keys() == vars(AsyncClient("http://x")).keys()


class TestNewerService:
    def test_fields_that_are_not_known_are_left_out(self, client, service, answers):
        service.then(answers.ok(answers.experiment(colour="blue", runs={"queued": 2, "held": 1})))
        experiment = client.experiments.retrieve("exp_1")
        assert experiment.runs.queued == 2
        assert not hasattr(experiment, "colour")
