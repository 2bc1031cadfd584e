"""The methods that a path takes, as the OpenAPI document tells them."""

import re

from fastapi import FastAPI
from starlette.routing import compile_path


def allowed_methods(app: FastAPI, path: str) -> list[str]:
    """Return the methods of the template that says most of `path`, none where no template fits."""
    fitting = [
        template for template in app.openapi()["paths"] if compile_path(template)[0].match(path)
    ]
    if not fitting:
        return []
    closest = max(fitting, key=lambda template: len(re.sub(r"{\w+}", "", template)))
    return sorted(method.upper() for method in app.openapi()["paths"][closest])
