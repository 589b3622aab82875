"""Whether a refusal of an S3 means that there is no room: services have no common word for it."""

from __future__ import annotations

import re

FULL_CODES = frozenset({"QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "XMinioStorageFull"})
"""Ceph's code, and those of MinIO for the quota of a bucket and for full disks (``cmd/api-errors.go``)."""
_INSUFFICIENT_STORAGE = 507
_CAP = re.compile(r"\b(?:storage|transaction) cap exceeded", re.IGNORECASE)
"""Backblaze B2 says "Access Denied" as its code, and the rest in its text."""


def is_full(code: str, said: str = "", status: int = 0) -> bool:
    """Whether nothing more goes into the bucket until somebody makes room, or raises the limit.

    Args:
        code: S3's error code; may be empty.
        said: the text that came with it.
        status: HTTP's; 0 if unknown.
    """
    return code in FULL_CODES or status == _INSUFFICIENT_STORAGE or (code == "AccessDenied" and bool(_CAP.search(said)))
