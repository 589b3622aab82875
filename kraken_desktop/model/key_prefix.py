"""How every object key of a path template begins: what rights can be limited to."""

from __future__ import annotations

import unicodedata

from kraken_desktop.model.key_text import safe_segment
from kraken_desktop.model.template import Literal, read


def key_prefix(template: str) -> str:
    """The beginning that all keys of a template share, whatever the image; empty if there is none.

    Shorter than the literal text where the rest may come out otherwise: a number goes before what looks like an
    extension, and blanks and dots at the end of a segment vanish. Of a template without variables it is the folder.
    """
    parts = read(template)[0]
    text = parts[0].text if parts and isinstance(parts[0], Literal) else ""
    if len(parts) == 1:
        text = text[: text.rfind("/") + 1]
    *folders, name = unicodedata.normalize("NFC", text).split("/")
    whole = (safe_segment(folder) for folder in folders)
    return "".join(f"{folder}/" for folder in whole if folder) + name.partition(".")[0].strip(" ")
