"""What a backup's archive says of itself: its last member, so that a torn one has none."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

NAME = "manifest.json"
STORE = "fitserve.sqlite3"
ARTEFACTS = "artefacts"


class Member(BaseModel):
    """A file of the archive."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="Its name in the archive, and below the data folder.")
    sha256: str
    bytes: int


class Manifest(BaseModel):
    """The files of a backup, and where they come from."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    fitserve: str = Field(description="The version that made it.")
    schema_version: str = Field(description="The newest migration that the store has seen.")
    created_at: datetime
    store: Member | None = Field(description="None where the store is PostgreSQL.")
    artefacts: list[Member]
    damaged: list[str] = Field(
        default=[], description="Paths of artefacts that were missing or changed already."
    )

    @property
    def bytes(self) -> int:
        """Bytes of all files together."""
        return sum(member.bytes for member in [*self.artefacts, *filter(None, [self.store])])
