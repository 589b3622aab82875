"""Buckets: bytes in, a URL out."""
