"""The API's reference at `/docs`: Swagger UI over the OpenAPI document, loaded from here alone."""

import base64
import hashlib
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import FileResponse, Response

# Only its files are used: an application of its own would load them in its own way.
ASSETS = Path(str(files("fastapi_offline") / "static"))
SCRIPT, STYLE = "swagger-ui-bundle.js", "swagger-ui.css"
INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def install_reference(app: FastAPI) -> None:
    """Serve the reference at `/docs`, and what it is made of below."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=f"{app.title} API",
        swagger_js_url=f"/docs/{SCRIPT}",
        swagger_css_url=f"/docs/{STYLE}",
        swagger_favicon_url="/dashboard/icon.svg",
        # What looks documents over is a service of others.
        swagger_ui_parameters={"validatorUrl": None},
    )
    page.headers["Content-Security-Policy"] = _policy(bytes(page.body))

    @app.get("/docs", include_in_schema=False)
    def reference() -> Response:
        return page

    for name in (SCRIPT, STYLE):
        app.get(f"/docs/{name}", include_in_schema=False, name=name)(_file(ASSETS / name))


def _file(path: Path) -> Callable[[], FileResponse]:
    def file() -> FileResponse:
        return FileResponse(path, headers={"Cache-Control": "public, max-age=86400"})

    return file


def _policy(page: bytes) -> str:
    """Return a policy that lets the page's own script run, and nothing from elsewhere."""
    digests = [base64.b64encode(hashlib.sha256(each).digest()) for each in INLINE.findall(page)]
    scripts = " ".join(f"'sha256-{digest.decode()}'" for digest in digests)
    return (
        f"default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
