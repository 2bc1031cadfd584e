"""The sheet's exercise 2: sixteen networks fitted to Eckerle4, four repetitions each."""

from dataclasses import dataclass
from typing import Any

from fitserve_core.catalogue import contradictions
from fitserve_core.catalogue.building import (
    SGD,
    Optimizer,
    four,
    optimizer_words,
    spec,
    training,
)
from fitserve_core.catalogue.published import CatalogueEntry, PublishedFigure

LEAK = "The sheet scales on all rows before the split, test rows included; so does this spec."
DROPOUT_PLACES = (
    "The sheet says that dropout was applied to the input layer and not to the output. Read as "
    "after every hidden layer, the first included, as its code adds layers: a trial gave a "
    "training MSE of 0.0119 so (the sheet 0.0102), and 0.060 with the wavelength dropped too."
)
BEST = "The sheet's best network; it printed a second experiment of the same, `{}`."
SPLIT = "The sheet does not state its split; this one is drawn by seed 0."
PARAMETERS = {"128-128-64": 25_089}


@dataclass(frozen=True)
class Row:
    """One line of the table; without figures it reads `Did not work`."""

    id: str
    hidden_layers: list[int]
    optimizer: Optimizer
    learning_rate: float
    mse: PublishedFigure | None = None
    test_mse: PublishedFigure | None = None
    dropout: float = 0.0
    note: str | None = None


ADAM: Optimizer = {"name": "adam"}
LIGHT_MOMENTUM: Optimizer = {"name": "sgd", "momentum": 0.9}
HEAVY_MOMENTUM: Optimizer = {"name": "sgd", "momentum": 0.99}

ROWS = (
    Row(
        *("adam-0.01", [128, 64, 64], ADAM, 0.01),
        four(0.003549, 0.003338, 0.00093958, 0.00833894, 0.00165187, 0.00326627),
        four(0.004714, 0.00315, 0.00161392, 0.00906388, 0.00456719, 0.00360921),
    ),
    Row(
        *("nadam-0.01", [128, 64, 64], {"name": "nadam"}, 0.01),
        four(0.032714, 0.031355, 0.00646319, 0.02903142, 0.07766966, 0.0176913),
        four(0.054301, 0.067254, 0.02101597, 0.01363953, 0.15481262, 0.02773787),
    ),
    Row("sgd-0.01", [128, 64, 64], SGD, 0.01),
    Row(
        *("sgd-momentum-0.9", [128, 64, 64], LIGHT_MOMENTUM, 0.01),
        four(0.005706, 0.003427, 0.00183113, 0.00872862, 0.00381526, 0.0084471),
        four(0.006498, 0.001497, 0.00576381, 0.0047414, 0.00776304, 0.00772263),
    ),
    Row("sgd-momentum-0.99", [128, 64, 64], HEAVY_MOMENTUM, 0.01),
    Row(
        *("sgd-nesterov-0.99", [128, 64, 64], HEAVY_MOMENTUM | {"nesterov": True}, 0.01),
        four(0.012909, 0.019525),
        four(0.017825, 0.028983),
    ),
    Row(
        *("adagrad-0.01", [128, 64, 64], {"name": "adagrad"}, 0.01),
        four(0.042178, 0.001065, 0.04243932, 0.04302144, 0.04062312, 0.04262973),
        four(0.077668, 0.001648, 0.07727005, 0.07931674, 0.07554453, 0.07854231),
    ),
    Row(
        *("rmsprop-0.01", [128, 64, 64], {"name": "rmsprop"}, 0.01),
        four(0.025404, 0.015329, 0.02474733, 0.04057043, 0.03173536, 0.00456203),
        four(0.032808, 0.036858, 0.08768415, 0.01324433, 0.02053881, 0.00976548),
    ),
    Row(
        *("adam-0.001", [128, 64, 64], ADAM, 0.001),
        four(0.004335, 0.002864),
        four(0.004631, 0.002735),
    ),
    Row(
        *("adam-0.001-dropout", [128, 64, 64], ADAM, 0.001),
        four(0.010163, 0.002472),
        four(0.006441, 0.002854),
        dropout=0.2,
    ),
    Row(
        *("128-64-64-64", [128, 64, 64, 64], ADAM, 0.001),
        four(0.006767, 0.003907, 0.00987816, 0.00259155, 0.00428888, 0.01030929),
        four(0.009295, 0.004876, 0.01623591, 0.00896986, 0.00674867, 0.00522683),
    ),
    Row(
        *("128-64", [128, 64], ADAM, 0.001),
        four(0.030075, 0.005764, 0.02207843, 0.03519015, 0.02986959, 0.03315998),
        four(0.057578, 0.014727, 0.03971228, 0.07290985, 0.05201817, 0.06567006),
    ),
    Row(
        *("128-128-64", [128, 128, 64], ADAM, 0.001),
        four(0.002878, 0.001552),
        four(0.003066, 0.001185),
        note=BEST.format("eckerle4-128-128-64-again"),
    ),
    Row(
        *("128-128-64-again", [128, 128, 64], ADAM, 0.001),
        four(0.00422, 0.004908, 0.00064292, 0.0042784, 0.01114108, 0.0008195),
        four(0.003175, 0.00102, 0.00328204, 0.00336861, 0.00425401, 0.0017935),
        note="The sheet's second experiment of `eckerle4-128-128-64`; this one has seed 1.",
    ),
    Row(
        *("128-128-64-dropout", [128, 128, 64], ADAM, 0.001),
        four(0.012437, 0.007885, 0.00789899, 0.02421053, 0.00957814, 0.00806093),
        four(0.017331, 0.018948, 0.01010753, 0.04547878, 0.00425082, 0.00948531),
        dropout=0.2,
    ),
    Row(
        *("128-128-128", [128, 128, 128], ADAM, 0.001),
        four(0.005922, 0.005861, 0.00150278, 0.00259968, 0.00518235, 0.01440458),
        four(0.003174, 0.000957, 0.00233353, 0.00236104, 0.00407558, 0.0039278),
    ),
)


def entries() -> list[CatalogueEntry]:
    """Return the table's entries, in its order."""
    return [_entry(row) for row in ROWS]


def _entry(row: Row) -> CatalogueEntry:
    words = [
        f"{row.hidden_layers}",
        optimizer_words(row.optimizer),
        f"learning rate {row.learning_rate:g}",
    ]
    network: dict[str, Any] = {"hidden_layers": row.hidden_layers, "activation": "relu"}
    if row.dropout:
        network["dropout"] = {"rate": row.dropout, "at": ["hidden"]}
        words.append(f"dropout {row.dropout:g}")
    if row.id.endswith("-again"):
        words.append("again")
    title = ", ".join(words)
    recipe = training(row.optimizer, row.learning_rate, batch_size=2, epochs=256)
    seed = int(row.id.endswith("-again"))
    published = {"mse": row.mse, "test_mse": row.test_mse}
    notes = [row.note, DROPOUT_PLACES if row.dropout else None, LEAK, SPLIT]
    return CatalogueEntry(
        id=f"eckerle4-{row.id}",
        title=title,
        group="eckerle4",
        spec=spec(title, "eckerle4", network, recipe, 4, seed=seed, scaling="full"),
        deciding_figures=["test_mse"] if row.test_mse else [],
        published={name: figure for name, figure in published.items() if figure},
        verdict="trained" if row.test_mse else "did_not_train",
        parameters=PARAMETERS.get(row.id.removesuffix("-again")),
        notes=[note for note in notes if note] + [contradictions.ECKERLE4_BATCH_SIZE],
    )
