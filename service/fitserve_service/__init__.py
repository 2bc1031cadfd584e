"""The service: accepts experiments, answers for them, serves their models. No TensorFlow."""
