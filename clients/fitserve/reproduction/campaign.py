"""Many experiments, a few at a time: posted, followed to their ends, taken up again."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from fitserve.reproduction.posts import Post
from fitserve.sync.client import Client
from fitserve_core.results import TERMINAL, Experiment

OPEN_AT_MOST = 4
LOOK_SECONDS = 0.5


class Display(Protocol):
    """Shows how a campaign stands."""

    def begin(self, seconds: float, experiments: int) -> None:
        """Start, with so many seconds of training ahead as far as can be told."""
        ...

    def stand(self, seconds: float) -> None:
        """Tell that trainings of so many estimated seconds are done."""
        ...

    def ended(self, post: Post, experiment: Experiment) -> None:
        """Tell of an experiment that has ended."""
        ...


@dataclass
class _Open:
    post: Post
    experiment: Experiment
    seconds: float

    @property
    def done(self) -> float:
        return self.seconds * self.experiment.progress.fraction


def train(
    client: Client, posts: Sequence[Post], display: Display
) -> Iterator[tuple[Post, Experiment]]:
    """Yield every post with its experiment, once that has ended; the short ones first.

    An experiment that is there already, from a campaign that was interrupted, goes on or counts
    as it is: its key is the same.
    """
    seconds = [client.experiments.forecast(post.body).seconds for post in posts]
    order = sorted(range(len(posts)), key=lambda place: seconds[place])
    waiting = [(posts[place], seconds[place]) for place in order]
    display.begin(sum(seconds), len(posts))
    done = 0.0
    opened: list[_Open] = []
    while waiting or opened:
        while waiting and len(opened) < OPEN_AT_MOST:
            post, estimate = waiting.pop(0)
            experiment = client.experiments.create(post.body, idempotency_key=post.key)
            opened.append(_Open(post, experiment, estimate))
        for one in [one for one in opened if one.experiment.status in TERMINAL]:
            opened.remove(one)
            done += one.seconds
            display.ended(one.post, one.experiment)
            yield one.post, one.experiment
        display.stand(done + sum(one.done for one in opened))
        if len(opened) == OPEN_AT_MOST or not waiting:
            time.sleep(LOOK_SECONDS if opened else 0)
        for one in opened:
            one.experiment = client.experiments.retrieve(one.experiment.id)
