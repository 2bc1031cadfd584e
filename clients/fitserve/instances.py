"""Instances as JSON can carry them."""

import base64
import io
from pathlib import Path
from typing import Any


def batch(instances: Any) -> Any:
    """Return instances with images and files of images as base64, all else as it is.

    Raises:
        TypeError: a single image or path, which is no batch.
        OSError: a file that cannot be read.
    """
    if isinstance(instances, list | tuple):
        return [_instance(instance) for instance in instances]
    if isinstance(instances, bytes | str | Path) or _is_picture(instances):
        received = type(instances).__name__
        raise TypeError(f"give a list of instances; received a single {received}: [it] is a batch")
    return instances


def _instance(instance: Any) -> Any:
    if isinstance(instance, bytes):
        return _base64(instance)
    if isinstance(instance, str | Path):
        return _base64(Path(instance).read_bytes())
    if _is_picture(instance):
        file = io.BytesIO()
        instance.save(file, "PNG")
        return _base64(file.getvalue())
    return instance


def _is_picture(instance: Any) -> bool:
    # PIL's images are known by what they do, so that the client does not need PIL.
    return hasattr(instance, "getbands") and hasattr(instance, "save")


def _base64(content: bytes) -> dict[str, str]:
    return {"b64": base64.b64encode(content).decode("ascii")}
