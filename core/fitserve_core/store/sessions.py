"""Sessions of browsers that have signed in: what a cookie stands for."""

import hashlib
import secrets

from sqlalchemy import delete, insert, select

from fitserve_core.store.database import Database
from fitserve_core.store.engine import now
from fitserve_core.store.tables import session

LIFE_SECONDS = 7 * 86_400


class Sessions:
    """What can be done with sessions; the store holds neither their tokens nor keys, but hashes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, key_sha256: str) -> str:
        """Return the token of a new session of the key with this SHA-256; it ends in a week."""
        token = secrets.token_urlsafe(32)
        values = {"token_sha256": _sha256_of(token), "key_sha256": key_sha256}
        with self._database.writing() as connection:
            connection.execute(delete(session).where(session.c.ends_at <= now()))
            connection.execute(insert(session).values(ends_at=now() + LIFE_SECONDS, **values))
        return token

    def key_of(self, token: str) -> str | None:
        """Return the SHA-256 of the key that began a session, None where it has ended."""
        mine = session.c.token_sha256 == _sha256_of(token)
        query = select(session.c.key_sha256).where(mine, session.c.ends_at > now())
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def end(self, token: str) -> None:
        """End a session, if there is one."""
        with self._database.writing() as connection:
            mine = session.c.token_sha256 == _sha256_of(token)
            connection.execute(delete(session).where(mine))


def _sha256_of(token: str) -> str:
    # A token has 256 random bits, so that its plain SHA-256 gives nothing away.
    return hashlib.sha256(token.encode()).hexdigest()
