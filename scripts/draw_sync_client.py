"""Draw the synchronous client from the asynchronous one: the same text without the awaiting.

`--check` changes nothing and fails where the two have come apart.
"""

import re
import subprocess
import sys
from pathlib import Path

CLIENTS = Path(__file__).resolve().parent.parent / "clients"
SOURCE, DRAWN = CLIENTS / "fitserve/aio", CLIENTS / "fitserve/sync"
PACKAGE = (
    '"""The synchronous client, drawn from `fitserve.aio` by `scripts/draw_sync_client.py`."""\n'
)

RULES = [
    (r"\basync (def|for|with)\b", r"\1"),
    (r"\(await ([^()]*\([^()]*\))\)(?=\.)", r"\1"),
    (r"\bawait ", ""),
    (r"\bAsyncGenerator\[(\w+), None\]", r"Generator[\1, None, None]"),
    (r"\bAsyncGenerator\b", "Generator"),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\bhttpx2\.Async", "httpx2."),
    (r"\b__a(enter|exit)__\b", r"__\1__"),
    (r"\baclosing\b", "closing"),
    (r"\ba(close|read|sleep|iter_bytes)\(", r"\1("),
    (r"\bfitserve\.aio\b", "fitserve.sync"),
]


def main() -> int:
    """Draw every file, or tell which is not as it would be drawn."""
    check = "--check" in sys.argv[1:]
    apart = []
    for source in sorted(SOURCE.rglob("*.py")):
        target = DRAWN / source.relative_to(SOURCE)
        text = PACKAGE if source.parent == SOURCE and source.stem == "__init__" else drawn(source)
        if target.exists() and target.read_text() == text:
            continue
        apart.append(str(target.relative_to(CLIENTS)))
        if not check:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
    if check and apart:
        print(f"not as drawn: {', '.join(apart)}; `make format` draws them from fitserve.aio")
    return int(check and bool(apart))


def drawn(source: Path) -> str:
    """Return a source file without the awaiting, formatted."""
    text = source.read_text()
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text)
    return ruff("format", ruff("check", text, "--fix-only", "--select", "I"))


def ruff(command: str, text: str, *options: str) -> str:
    """Return `text` as ruff would have it."""
    name = str(DRAWN / "drawn.py")
    done = subprocess.run(
        [Path(sys.executable).with_name("ruff"), command, *options, "--stdin-filename", name, "-"],
        input=text,
        capture_output=True,
        text=True,
        check=True,
        cwd=CLIENTS.parent,
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
