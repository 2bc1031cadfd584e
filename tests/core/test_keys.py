"""API keys: made, told as a line, read back; what is no line is refused without repeating it."""

import hashlib
from pathlib import Path

import pytest

from fitserve_core.errors import ConfigurationError
from fitserve_core.keys import SCOPES, new_key, read_entries


class TestNewKey:
    def test_is_long_random_and_known_by_its_hash(self) -> None:
        key, entry = new_key("team-a", "train")
        assert len(key) == len("fs_") + 43
        assert new_key("team-a", "train")[0] != key
        assert str(entry) == f"team-a:train:{hashlib.sha256(key.encode()).hexdigest()}"

    @pytest.mark.parametrize("name", ["", "A", "a b", "a:b", "-a", "a" * 41, "ä"])
    def test_refuses_a_name_that_is_no_word(self, name: str) -> None:
        with pytest.raises(ConfigurationError, match="at most 40 small letters"):
            new_key(name, "read")


class TestReadEntries:
    def test_from_text_and_from_a_file(self, tmp_path: Path) -> None:
        made = [new_key(f"k{number}", scope)[1] for number, scope in enumerate(SCOPES)]
        one, two, three = map(str, made)
        assert read_entries(f"{one},{two}\n {three} ") == tuple(made)
        file = tmp_path / "keys"
        file.write_text(f"# who may\n{one}\n\n{two}  # since May\n{three}\n")
        assert read_entries(str(file)) == tuple(made)

    def test_refuses_what_is_none_without_repeating_it(self) -> None:
        key, entry = new_key("me", "admin")
        with pytest.raises(ConfigurationError, match="entry 2 is none") as refused:
            read_entries(f"{entry},{key}")
        assert key not in str(refused.value)
        with pytest.raises(ConfigurationError, match="there is no entry"):
            read_entries("# none yet")

    def test_names_a_file_that_cannot_be_read(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match=r"names the file .*/none, .* No such file"):
            read_entries(str(tmp_path / "none"))
