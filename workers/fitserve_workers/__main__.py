"""`python -m fitserve_workers [cpu | gpu]`: a worker on the machine of its service."""

import sys
from typing import cast, get_args

from fitserve_core.devices import DeviceKind
from fitserve_core.errors import ConfigurationError
from fitserve_core.settings import Settings
from fitserve_workers.app import work

[device] = sys.argv[1:] or ["cpu"]
if device not in get_args(DeviceKind):
    sys.exit(f"usage: python -m fitserve_workers [cpu | gpu]; received {device!r}")
try:
    work(Settings(), cast("DeviceKind", device))
except ConfigurationError as error:
    sys.exit(f"Error: {error.message}")
