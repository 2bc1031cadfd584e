"""Signatures of Standard Webhooks (https://www.standardwebhooks.com), version 1."""

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
KEY_BYTES = 32


def new_secret() -> str:
    """Return a fresh secret: `whsec_` and a random key in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def headers(message_id: str, timestamp: int, body: bytes, secret: str) -> dict[str, str]:
    """Return the three headers of an attempt: id, time and signature.

    The signature is HMAC-SHA256 over `id.timestamp.body`, in base64 behind `v1,`.

    Args:
        message_id: the same in every attempt.
        timestamp: of this attempt, in seconds since the epoch.
        body: as it is sent.
        secret: as `new_secret` gave it.
    """
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }
