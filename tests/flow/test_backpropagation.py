"""The worked example through the whole service.

It comes before the notebook among the examples, which asks for an explanation, too: the process
that is killed has not loaded TensorFlow by then, and what takes its place does so once.
"""

import os
import signal

from rich.console import Console

from fitserve import Client
from fitserve.explain_tables import explanation
from support.processes import command, descendants


def test_a_killed_process_is_started_again(client: Client) -> None:
    [pid] = [one for one in descendants(os.getpid()) if "fitserve_workers.explain" in command(one)]
    os.kill(pid, signal.SIGKILL)
    # The client asks again while the service answers 503.
    assert client.explain.backpropagation(preset="worked-example").outputs == [[2], [-3]]


def test_the_sheets_example_is_explained(client: Client) -> None:
    step = client.explain.backpropagation(preset="worked-example")
    assert step.layers[0].updated_weights == [[1, 2], [0, -1], [-2, -2.5], [-1.5, 1.5]]
    again = client.explain.backpropagation(preset="chain-sigmoid", learning_rate=0.5)
    assert again.first_bias_factors is not None
    console = Console(width=100, record=True, quiet=True)
    console.print(explanation(again))
