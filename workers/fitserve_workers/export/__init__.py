"""A finished run's files: the Keras model, and the ONNX model that serves predictions."""

from fitserve_workers.export.keras_files import export_keras
from fitserve_workers.export.onnx_file import export_onnx

__all__ = ["export_keras", "export_onnx"]
