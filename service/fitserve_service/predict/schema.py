"""What `POST /predict` takes, for the OpenAPI document."""

from typing import Any

from fitserve_core.predictions import example_instances

_DIGIT = {
    "oneOf": [
        {
            "type": "array",
            "items": {"type": "number", "minimum": 0, "maximum": 255},
            "minItems": 784,
            "maxItems": 784,
            "description": "784 pixel values, row by row.",
        },
        {
            "type": "array",
            "items": {"type": "array", "items": {"type": "number", "minimum": 0, "maximum": 255}},
            "minItems": 28,
            "maxItems": 28,
            "description": "28 rows of 28 pixel values.",
        },
        {
            "type": "object",
            "properties": {"b64": {"type": "string", "contentEncoding": "base64"}},
            "required": ["b64"],
            "additionalProperties": False,
            "description": "A 28 × 28 grey PNG or JPEG.",
        },
    ]
}
_WAVELENGTH = {"type": "number", "description": "A wavelength in nanometres."}

REQUEST: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["model", "instances"],
                "additionalProperties": False,
                "properties": {
                    "model": {
                        "type": "string",
                        "description": "A model's name, such as mnist or mnist-is-3, an "
                        "experiment's id or a run's id.",
                    },
                    "instances": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"anyOf": [_DIGIT, _WAVELENGTH]},
                    },
                    "spread": {
                        "type": "boolean",
                        "default": False,
                        "description": "Tell how far the runs of the model's cell agree, too.",
                    },
                },
            },
            "examples": {
                name: {"value": {"model": name, "instances": example_instances(name)}}
                for name in ("eckerle4", "mnist")
            },
        }
    },
}
