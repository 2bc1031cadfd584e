"""Backups: a moment of the store and the files that it names, in one archive."""

from fitserve_core.backup.making import back_up
from fitserve_core.backup.manifest import Manifest
from fitserve_core.backup.restoring import restore

__all__ = ["Manifest", "back_up", "restore"]
