"""Requests for predictions that came in one turn of the event loop, answered together.

A model takes little longer for ten rows than for one: reading its weights is what takes the time.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from fitserve_service.direct.prediction import Prediction

# With more of them a row takes no less, and memory grows.
MOST_ROWS = 64


def answer_together(predictions: Iterable[Prediction]) -> None:
    """Give each its response, unless it has to wait; rows for one model go through it together."""
    asking: dict[str, list[Prediction]] = {}
    for prediction in predictions:
        if prediction.reads():
            asking.setdefault(prediction.model.run_id, []).append(prediction)
    for of_one_model in asking.values():
        for batch in _batches(of_one_model):
            _answer(batch)


def _batches(predictions: Sequence[Prediction]) -> Iterator[list[Prediction]]:
    """Return predictions in batches of at most 64 rows, or of one prediction that has more."""
    batch: list[Prediction] = []
    count = 0
    for prediction in predictions:
        count += len(prediction.rows)
        if batch and count > MOST_ROWS:
            yield batch
            batch, count = [], len(prediction.rows)
        batch.append(prediction)
    yield batch


def _answer(batch: Sequence[Prediction]) -> None:
    try:
        rows = np.concatenate([prediction.rows for prediction in batch])
        outputs = batch[0].model.outputs(rows)
    except Exception as error:
        for prediction in batch:
            prediction.fail(error)
        return
    start = 0
    for prediction in batch:
        end = start + len(prediction.rows)
        prediction.answer(outputs[start:end])
        start = end
