"""Nouns: frozen data and pure rules. No Qt, no disk, no network."""
