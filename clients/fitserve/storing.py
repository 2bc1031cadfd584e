"""Files that appear whole or not at all."""

from pathlib import Path


def store(content: bytes, path: Path, name: str) -> Path:
    """Write `content` to `path`, or as `name` into the folder `path`; return where it lies."""
    target = path / name if path.is_dir() else path
    partial = target.with_name(f"{target.name}.part")
    partial.write_bytes(content)
    return partial.replace(target)
