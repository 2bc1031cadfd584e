"""Attack 9: the disk of the data folder is full for a while."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from chaos.arena import Arena, Figures, Skipped, attack
from chaos.twins import CURVE, DIGITS
from support.waiting import until

FULL_SECONDS = 10.0


@attack(
    9,
    "a full disk for 10 s while a run trains",
    "POST is refused by name, the service lives, training goes on when there is room",
)
def full_disk(arena: Arena) -> Figures:
    with _small_disk(24) as disk, arena.opened(data=disk) as house:
        kept = house.post(CURVE)
        house.until_ended(kept.id)
        experiment = house.post(DIGITS)
        house.until_epoch(experiment.id, arena.random.randint(1, 5))
        filler = disk / "filler"
        _fill(filler)
        full = time.time()
        url = house.client.base_url
        refused = httpx2.post(f"{url}/experiments", json=CURVE, trust_env=False, timeout=60)
        while time.time() - full < FULL_SECONDS:
            assert httpx2.get(f"{url}/healthz", trust_env=False).status_code == 200
            house.client.predict([451.5], model=kept.id)
            _fill(filler)
            time.sleep(0.1)
        status = house.run(experiment.id).status
        filler.unlink()
        back = time.time()
        assert status == "running", f"the run is {status}"
        assert refused.status_code == 503, refused.text
        assert "full" in refused.json()["error"]["message"]
        went_on = len(house.run(experiment.id).epochs)
        until(lambda: len(house.run(experiment.id).epochs) > went_on, 60)
        after = time.time() - back
        arena.check(house, faults=0)
        return {"full, s": FULL_SECONDS, "goes on after, s": round(after, 1)}


@contextmanager
def _small_disk(megabytes: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fs-disk-") as folder:
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "fitserve", folder]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            raise Skipped("no small disk: mounting a tmpfs needs root") from None
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


def _fill(path: Path) -> None:
    """Let a file take all the room there is."""
    room = os.statvfs(path.parent)
    with path.open("ab") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size + room.f_bavail * room.f_bsize)
        except OSError:
            return
