"""What a request to S3 is signed with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Keys:
    """An access key with its secret, and a session token if it is a temporary one. No ``repr`` shows a secret."""

    access_key: str
    secret: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    """When a temporary key ends, aware of its zone; None: it does not, or nobody told."""
