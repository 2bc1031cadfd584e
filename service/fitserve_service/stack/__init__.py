"""Everything on one machine: broker, API and workers, started, watched and stopped together."""

from fitserve_service.stack.stack import Stack, serve_forever

__all__ = ["Stack", "serve_forever"]
