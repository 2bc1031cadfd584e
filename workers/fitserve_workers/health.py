"""`python -m fitserve_workers.health`: exit 0 if a worker here could claim runs and be hinted."""

import sys

from redis import Redis

from fitserve_core.settings import Settings
from fitserve_core.store import Store


def main() -> int:
    """Reach the store and the broker; return 1 after saying what is out of reach."""
    settings = Settings()
    try:
        Store(settings).database.ping()
        with Redis.from_url(settings.redis_url or "", socket_connect_timeout=3) as broker:
            broker.ping()
    except Exception as error:
        print(f"unhealthy: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
