"""The workers: Celery slots that claim runs and train them with TensorFlow."""
