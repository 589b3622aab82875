"""Engines: an image in, a smaller image out."""
