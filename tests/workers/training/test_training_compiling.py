"""What XLA makes of training: how often it compiles, and what a step copies."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support import compiled

KERNEL_COPIED = re.compile(rf"f32\[{compiled.WIDTH},{compiled.WIDTH}\]\S* copy\(")


@pytest.fixture(scope="module")
def dumped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of all that XLA was given, and made of it, for several shapes."""
    folder = tmp_path_factory.mktemp("dumped")
    flags = f"--xla_dump_to={folder} --xla_dump_hlo_module_re=.*slice.* --xla_dump_hlo_as_text"
    environment = os.environ | {
        "XLA_FLAGS": flags,
        "PYTHONPATH": str(Path(compiled.__file__).parents[1]),
    }
    subprocess.run(
        [sys.executable, "-m", "support.compiled"], env=environment, check=True, timeout=120
    )
    return folder


def test_runs_that_differ_in_their_seed_share_what_is_compiled(dumped):
    modules = [path.name for path in dumped.glob("*before_optimizations.txt")]
    assert len(modules) == len(compiled.SHAPES), sorted(modules)


def test_no_step_copies_a_kernel_to_change_it(dumped):
    made = [path.read_text() for path in dumped.glob("*cpu_after_optimizations.txt")]
    deep = [module for module in made if f"f32[{compiled.WIDTH},{compiled.WIDTH}]" in module]
    assert len(deep) == sum(network is compiled.DEEP for network, _ in compiled.SHAPES)
    assert [KERNEL_COPIED.findall(module) for module in deep] == [[]] * len(deep)
