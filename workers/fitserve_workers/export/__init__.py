"""A finished run's files: weights, the Keras model, and the ONNX model that serves predictions."""

from fitserve_workers.export.keras_files import export_keras, export_weights
from fitserve_workers.export.onnx_file import export_onnx

__all__ = ["export_keras", "export_onnx", "export_weights"]
