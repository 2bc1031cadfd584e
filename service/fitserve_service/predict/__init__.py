"""Predictions: ONNX Runtime on the kept model's file, in this process."""
