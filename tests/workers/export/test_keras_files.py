"""The Keras model can be read back."""

import keras
import numpy as np
import pytest

from fitserve_core.spec import Dropout
from fitserve_workers.export import export_keras
from fitserve_workers.training import Training


# Keras 3.15 itself calls NumPy 2.4 in a way that NumPy 2.0 deprecated.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
class TestExportKeras:
    @pytest.mark.parametrize(
        "knobs", [{}, {"dropout": Dropout(rate=0.2), "batch_normalization": True}]
    )
    def test_is_loaded_by_keras(self, knobs, blobs, plan, programs, finish, tmp_path):
        dataset = blobs()
        training = Training(plan(**knobs), dataset, programs)
        finish(training)
        export_keras(training.model, tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(
            np.asarray(loaded(dataset.test.inputs)), np.asarray(training.model(dataset.test.inputs))
        )

    def test_refuses_another_ending(self, blobs, plan, programs, tmp_path):
        model = Training(plan(), blobs(), programs).model
        with pytest.raises(ValueError, match=r"\.keras"):
            export_keras(model, tmp_path / "model.bin")
