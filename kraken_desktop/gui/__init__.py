"""The window: thin, and the only place that imports Qt."""
