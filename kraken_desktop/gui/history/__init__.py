"""The history: a window with everything that was uploaded, to find, copy again, open, remove and export."""
