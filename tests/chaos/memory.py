"""How much memory the API and the worker's processes hold, over time."""

from chaos.house import House
from support.processes import command, resident_kilobytes

MEGABYTE = 1024


class Memory:
    """Looks at a house now and then.

    Args:
        house: whose processes.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._seen: dict[str, list[float]] = {"API": [], "slots": []}

    def look(self) -> None:
        """Take note of the largest process of each kind."""
        for name, words in (("API", "fitserve_service.server"), ("slots", "-m fitserve_workers ")):
            sizes = []
            for pid in self._house.processes():
                if words in command(pid):
                    try:
                        sizes.append(resident_kilobytes(pid) / MEGABYTE)
                    except ValueError:
                        continue  # it has ended
            if sizes:
                self._seen[name].append(max(sizes))

    def figures(self) -> dict[str, float]:
        """Return the largest of the first and of the last third, in megabytes."""
        told = {}
        for name, sizes in self._seen.items():
            third = max(1, len(sizes) // 3)
            told[f"{name}, first third, MB"] = round(max(sizes[:third]))
            told[f"{name}, last third, MB"] = round(max(sizes[-third:]))
        return told
