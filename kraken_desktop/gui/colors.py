"""The colors of the two schemes, by name. Loaded before the window is there.

Every pair of text and ground has a contrast of at least 4.5 to 1 (WCAG 2.1, success criterion 1.4.3), which
the tests compute.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Colors:
    """The colors of one scheme, as ``#rrggbb``."""

    window: str
    base: str
    """Of lists and fields."""
    raised: str
    """Of buttons, menus, cards."""
    text: str
    muted: str
    """Of text that explains."""
    border: str
    strong_border: str
    hover: str
    accent: str
    on_accent: str
    accent_soft: str
    accent_hover: str
    selection: str
    success: str
    success_soft: str
    danger: str
    danger_soft: str
    warning: str
    warning_soft: str
    track: str
    """Of a progress bar, beneath the part that is done."""


LIGHT = Colors(
    window="#f3f6f7",
    base="#ffffff",
    raised="#ffffff",
    text="#15232b",
    muted="#566872",
    border="#dbe3e7",
    strong_border="#b4c2c9",
    hover="#eef3f5",
    accent="#0b7285",
    on_accent="#ffffff",
    accent_soft="#e0f2f4",
    accent_hover="#095f6f",
    selection="#dff0f3",
    success="#1f7244",
    success_soft="#e2f3e9",
    danger="#b3261e",
    danger_soft="#fdecea",
    warning="#855300",
    warning_soft="#fdf1dc",
    track="#dfe8eb",
)
DARK = Colors(
    window="#0f181d",
    base="#141f26",
    raised="#1d2a32",
    text="#e3ecef",
    muted="#9aacb5",
    border="#26353e",
    strong_border="#435660",
    hover="#1b2830",
    accent="#4fc5d6",
    on_accent="#06232a",
    accent_soft="#143841",
    accent_hover="#76d6e3",
    selection="#173b45",
    success="#67d196",
    success_soft="#14352a",
    danger="#ff9087",
    danger_soft="#3b2122",
    warning="#eabb5c",
    warning_soft="#372c17",
    track="#2a3b44",
)
