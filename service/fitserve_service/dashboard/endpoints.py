"""The dashboard's files. They hold nothing secret: what they show comes from the API."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
PLOTLY = Path(str(files("plotly") / "package_data" / "plotly.min.js"))
# Nothing is loaded from elsewhere; Plotly writes style elements and draws images from data.
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {"Content-Security-Policy": POLICY}


class _Modules(StaticFiles):
    """Files that a browser asks for again at each visit, by their ETag: they change together."""

    async def get_response(self, path: str, scope: Scope) -> Any:
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS | {"Cache-Control": "no-cache"})
        return response


def install_dashboard(app: FastAPI) -> None:
    """Serve the dashboard at `/`, its modules and Plotly's at `/dashboard`."""

    @app.get("/", include_in_schema=False)
    def home() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers={**HEADERS, "Cache-Control": "no-cache"})

    @app.get("/dashboard/plotly.min.js", include_in_schema=False)
    def plotly() -> FileResponse:
        return FileResponse(
            PLOTLY,
            media_type="text/javascript",
            headers={"Cache-Control": "public, max-age=86400"},
        )

    app.mount("/dashboard", _Modules(directory=STATIC))
