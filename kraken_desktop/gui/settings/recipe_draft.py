"""One image of a set while it is being written: unlike a ``Variant`` it may be unfinished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kraken_desktop.model.profile import Finding
from kraken_desktop.model.recipe import MOST_VARIANTS, Chroma, OutputFormat, Variant
from kraken_desktop.model.recipe_rules import check_color, check_enlarging, check_wanted
from kraken_desktop.model.resizing import Sizing, Wanted, resize_of, wanted_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stands in the fields. ``before`` is what it was made of."""

    name: str = ""
    wanted: Wanted = field(default_factory=Wanted)
    convert: OutputFormat | None = None
    lossy: bool | None = None
    quality: int | None = None
    chroma: Chroma | None = None
    before: Variant | None = None

    @classmethod
    def of(cls, variant: Variant) -> Draft:
        """A variant, to be changed."""
        return cls(
            name=variant.name,
            wanted=wanted_of(variant.resize),
            convert=variant.convert,
            lossy=variant.lossy,
            quality=variant.quality,
            chroma=variant.chroma,
            before=variant,
        )

    def finished(self) -> Variant:
        """The variant. Raises ``ValueError`` while something is missing or wrong."""
        return Variant(
            name=self.name,
            resize=resize_of(self.wanted, like=self.before.resize if self.before is not None else None),
            convert=self.convert,
            lossy=self.lossy,
            quality=self.quality,
            chroma=self.chroma,
        )


def findings_of_size(wanted: Wanted, place: str) -> list[Finding]:
    """What is wrong or unwise in a size."""
    found = list(check_wanted(wanted))
    if wanted.sizing is Sizing.BORDERED:
        found += check_color(place, wanted.background)
    return found or list(check_enlarging(resize_of(wanted)))


def finished(drafts: Sequence[Draft]) -> tuple[Variant, ...]:
    """The whole set. Raises ``ValueError`` while it is none."""
    names = {draft.name.casefold() for draft in drafts}
    if not drafts or len(drafts) > MOST_VARIANTS or len(names) < len(drafts):
        raise ValueError("not a set yet")
    return tuple(draft.finished() for draft in drafts)
