import json

from fitserve_core.keys import read_entries, sha256_of


class TestNew:
    def test_shows_the_key_once_and_the_line_that_knows_it(self, fitserve):
        told = fitserve("keys", "new", "--name", "ci", "--scope", "train")
        _, key, _, line = (said.strip() for said in told.stdout.splitlines())
        [entry] = read_entries(line)
        assert (entry.name, entry.scope, entry.sha256) == ("ci", "train", sha256_of(key))

    def test_as_json(self, fitserve):
        told = fitserve("keys", "new", "--name", "ci", "--scope", "admin", "--json")
        found = json.loads(told.stdout)
        assert found["line"] == f"ci:admin:{sha256_of(found['key'])}"

    def test_refuses_another_scope(self, fitserve):
        told = fitserve("keys", "new", "--name", "ci", "--scope", "root")
        assert told.exit_code == 2
        assert "'read', 'train', 'admin'" in " ".join(told.stderr.replace("│", "").split())
