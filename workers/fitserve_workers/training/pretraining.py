"""Unsupervised pre-training: a stack of autoencoders, trained layer by layer."""

from typing import Any

import keras
import numpy as np

from fitserve_core.datasets.dataset import Array, Dataset, Rows, Scale
from fitserve_core.datasets.registry import DatasetInfo
from fitserve_core.results import EpochFigures
from fitserve_core.seeds import part_seed
from fitserve_core.spec import Augmentation, Network, Pretraining, RunPlan
from fitserve_workers.training.cache import ProgramCache
from fitserve_workers.training.keys import PRETRAINING

CHUNK_ROWS = 1_000
UNIT = Scale(0.0, 1.0)


class AutoencoderStack:
    """Gives each hidden layer the weights by which it can best be decoded again.

    Layer by layer, an autoencoder of one hidden layer learns to reproduce the outputs of the layer
    before, by mean squared error; its encoder becomes the layer. Each is an ordinary training, so
    it advances in slices, and the same seed gives the same weights.

    Source: Bengio et al., "Greedy layer-wise training of deep networks", 2006.

    Args:
        recipe: for how many epochs, and how fast.
        plan: of the run whose network is pre-trained.
        inputs: scaled inputs of the rows that train, (rows, inputs).
        model: whose hidden layers get the weights.
        programs: where the autoencoders' programs are kept; not the run's own.

    Attributes:
        figures: of each autoencoder's epochs, input side first.
        encoders: weights of the layers that are done, by the names of their file.
    """

    def __init__(
        self,
        recipe: Pretraining,
        plan: RunPlan,
        inputs: Array,
        model: keras.Model,
        programs: ProgramCache,
    ) -> None:
        self.figures: list[list[EpochFigures]] = []
        self.encoders: dict[str, Array] = {}
        self._recipe = recipe
        self._plan = plan
        self._model = model
        self._programs = programs
        self._begin(inputs)

    @property
    def finished(self) -> bool:
        """Whether every hidden layer has its weights."""
        return len(self.figures) == len(self._plan.network.hidden_layers) and self._done

    @property
    def _done(self) -> bool:
        return self._training.finished

    def advance(self) -> None:
        """Train for about a quarter of a second; at an autoencoder's end, take its encoder."""
        self.figures[-1] += self._training.advance()
        if self._done:
            encoder = self._training.model.get_layer("hidden_1")
            layer = self._model.get_layer(f"hidden_{len(self.figures)}")
            for name in ("kernel", "bias"):
                values = np.array(getattr(encoder, name))
                getattr(layer, name).assign(values)
                self.encoders[f"{layer.name}/{name}"] = values
            if len(self.figures) < len(self._plan.network.hidden_layers):
                self._begin(_encoded(encoder, self._inputs))

    def _begin(self, inputs: Array) -> None:
        from fitserve_workers.training.run import Training  # noqa: PLC0415 - a training in one

        layer = len(self.figures)
        self.figures.append([])
        self._inputs = inputs
        self._training: Training = Training(
            _plan(self._plan, self._recipe, layer), _dataset(inputs), self._programs
        )


def _plan(plan: RunPlan, recipe: Pretraining, layer: int) -> RunPlan:
    network = Network(
        hidden_layers=[plan.network.hidden_layers[layer]],
        activation=plan.network.activation,
        kernel_initializer=plan.network.kernel_initializer,
        bias_initializer=plan.network.bias_initializer,
    )
    changes = {
        "network": network,
        "learning_rate": recipe.learning_rate or plan.learning_rate,
        "epochs": recipe.epochs,
        "early_stopping": None,
        "pretraining": None,
        "augmentation": Augmentation(),
        "seed": part_seed(plan.seed, PRETRAINING, layer),
    }
    return plan.model_copy(update=changes)


def _dataset(inputs: Array) -> Dataset:
    rows, width = inputs.shape
    return Dataset(
        info=DatasetInfo("autoencoder", "regression", width, width, rows, "", {}),
        train=Rows(inputs, inputs),
        validation=None,
        test=Rows(inputs[:1], inputs[:1]),
        input_scale=UNIT,
        target_scale=UNIT,
        full_target_scale=UNIT,
    )


def _encoded(encoder: Any, inputs: Array) -> Array:
    starts = range(0, len(inputs), CHUNK_ROWS)
    chunks = [np.asarray(encoder(inputs[start : start + CHUNK_ROWS])) for start in starts]
    return np.concatenate(chunks)
