"""Where the service listens."""

from pathlib import Path

import pytest

from fitserve_core.errors import ConfigurationError
from fitserve_core.settings import Settings
from fitserve_service.listening import bind


class TestBind:
    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
    def test_of_what_others_reach_is_refused_without_keys(self, host: str, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match=f"FITSERVE_HOST is {host}; make a key"):
            bind(Settings(data=tmp_path, host=host, port=0, api_keys=None))
