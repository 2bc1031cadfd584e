"""`python -m fitserve_service`: the API alone, in FITSERVE_API_PROCESSES processes."""

import sys

from fitserve_core.errors import ConfigurationError
from fitserve_core.settings import Settings


def main() -> None:
    """Serve until told to stop."""
    settings = Settings()
    # What supervises holds none of the API, and the API none of that.
    if settings.api_processes == 1:
        from fitserve_service.server import main as serve  # noqa: PLC0415

        serve()
        return
    from fitserve_service.stack.api import serve_api  # noqa: PLC0415

    try:
        serve_api(settings)
    except ConfigurationError as error:
        sys.exit(f"Error: {error.message}")


if __name__ == "__main__":
    main()
