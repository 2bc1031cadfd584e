"""How often XLA compiles: TensorFlow does so again for each value that it wants while compiling."""

import os
import subprocess
import sys
from pathlib import Path

from support import compiled


def test_runs_that_differ_in_their_seed_share_what_is_compiled(tmp_path):
    flags = f"--xla_dump_to={tmp_path} --xla_dump_hlo_module_re=.*slice.* --xla_dump_hlo_as_text"
    environment = os.environ | {
        "XLA_FLAGS": flags,
        "PYTHONPATH": str(Path(compiled.__file__).parents[1]),
    }
    subprocess.run(
        [sys.executable, "-m", "support.compiled"], env=environment, check=True, timeout=120
    )
    modules = [path.name for path in tmp_path.glob("*before_optimizations.txt")]
    assert len(modules) == len(compiled.SHAPES), sorted(modules)
