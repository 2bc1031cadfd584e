"""The API's documentation as a page. FastAPI's own loads its scripts from elsewhere."""

from importlib.resources import files

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

ASSETS = "/docs/static"


def install_documentation(app: FastAPI) -> None:
    """Serve Swagger UI at `/docs`, with the files that the package `fastapi-offline` ships."""

    @app.get("/docs", include_in_schema=False)
    def documentation() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title=f"{app.title}: API",
            swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{ASSETS}/swagger-ui.css",
            swagger_favicon_url="/dashboard/icon.svg",
        )

    app.mount(ASSETS, StaticFiles(directory=str(files("fastapi_offline") / "static")))
