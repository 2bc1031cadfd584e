"""The examples in the clients' docstrings, run against a real service."""

import ast
import asyncio
import doctest
import inspect
from pathlib import Path

import pytest

import fitserve.aio.client
import fitserve.aio.resources.experiment
import fitserve.aio.resources.experiments
import fitserve.aio.resources.models
import fitserve.sync.client
import fitserve.sync.resources.experiment
import fitserve.sync.resources.experiments
import fitserve.sync.resources.models
from fitserve import AsyncClient, Client
from fitserve_service.stack import Stack

SYNC = [
    fitserve.sync.client, fitserve.sync.resources.experiment,
    fitserve.sync.resources.experiments, fitserve.sync.resources.models,
]  # fmt: skip
ASYNC = [
    fitserve.aio.client, fitserve.aio.resources.experiment,
    fitserve.aio.resources.experiments, fitserve.aio.resources.models,
]  # fmt: skip
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
SPEC = {
    "dataset": "mnist",
    "network": {"hidden_layers": [8]},
    "training": {"learning_rates": [0.1, 0.01], "batch_size": 64, "epochs": 3},
}


def examples(modules):
    found = [test for module in modules for test in doctest.DocTestFinder().find(module)]
    return [pytest.param(test, id=test.name) for test in found if test.examples]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let examples that store files do so in a folder of their own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def experiment_id(stack: Stack) -> str:
    with Client(stack.url) as client:
        return client.experiments.create(SPEC).wait(progress=False).id


class TestSync:
    @pytest.mark.parametrize("test", examples(SYNC))
    def test_example(self, test: doctest.DocTest, stack: Stack, experiment_id: str) -> None:
        with Client(stack.url) as client:
            test.globs = {
                "client": client, "experiment": client.experiments.retrieve(experiment_id)
            }  # fmt: skip
            told: list[str] = []
            doctest.DocTestRunner(optionflags=FLAGS).run(test, out=told.append)
        assert not told, "".join(told)


class TestAsync:
    @pytest.mark.parametrize("test", examples(ASYNC))
    def test_example(self, test: doctest.DocTest, stack: Stack, experiment_id: str) -> None:
        asyncio.run(self.run(test, stack.url, experiment_id))

    async def run(self, test: doctest.DocTest, url: str, experiment_id: str) -> None:
        async with AsyncClient(url) as client:
            experiment = await client.experiments.retrieve(experiment_id)
            names = {"client": client, "experiment": experiment, "__name__": test.name}
            for example in test.examples:
                printed: list[str] = []
                names["print"] = lambda *values, to=printed: to.append(" ".join(map(str, values)))
                value = await evaluated(example.source, names)
                got = "".join(f"{line}\n" for line in printed)
                got += "" if value is None else f"{value!r}\n"
                same = doctest.OutputChecker().check_output(example.want, got, FLAGS)
                assert same, f"{example.source}\nexpected {example.want}got {got}"


async def evaluated(source, names):
    """Return the value of an expression, or run statements, either with `await` in them."""
    tree = ast.parse(source)
    is_expression = len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr)
    mode = "eval" if is_expression else "exec"
    code = compile(source, "<docstring>", mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    value = eval(code, names)
    return await value if inspect.isawaitable(value) else value
