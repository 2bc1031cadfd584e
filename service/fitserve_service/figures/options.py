"""What a figure may be asked to show."""

from typing import Literal

Quantity = Literal["loss", "data_loss", "accuracy", "mse", "learning_rate"]
Scale = Literal["linear", "log"]
