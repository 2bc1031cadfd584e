"""The model as Keras users expect it."""

from pathlib import Path

import keras

from fitserve_workers.training.dropout import SeededDropout


def export_keras(model: keras.Model, path: Path) -> None:
    """Write the trained model as it is, for `keras.models.load_model`.

    Its inputs are scaled and its outputs are logits, or values on the scaled range: it is for
    training on and for looking inside. The ONNX file answers in the data's own units. Dropout is
    Keras's own there, which needs nothing of this project to be loaded.

    Raises:
        ValueError: `path` does not end in `.keras`.
    """
    if any(isinstance(layer, SeededDropout) for layer in model.layers):
        # Only where it must be: a copy takes longer than writing the file.
        plain = keras.models.clone_model(model, clone_function=_without_ours)
        plain.set_weights(model.get_weights())
        model = plain
    model.save(path)


def _without_ours(layer: keras.layers.Layer) -> keras.layers.Layer:
    if isinstance(layer, SeededDropout):
        return keras.layers.Dropout(layer.rate, name=layer.name)
    return type(layer).from_config(layer.get_config())
