"""Who may open the stored images, in words."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kraken_desktop.gui.settings.choice_field import ChoiceField
from kraken_desktop.gui.theme import Theme
from kraken_desktop.model.profile import Acl, Uploader


class AclField(ChoiceField[Acl]):
    """Public, private, or as the bucket says; each with what it means for the links."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__({Acl.PUBLIC_READ: ("", ""), Acl.PRIVATE: ("", ""), Acl.NONE: ("", "")}, theme, parent)
        for acl, name in (
            (Acl.PUBLIC_READ, self.tr("Publi&c (ACL “public-read”)")),
            (Acl.PRIVATE, self.tr("Pri&vate (ACL “private”)")),
            (Acl.NONE, self.tr("As the bucket says (ACL “none”)")),
        ):
            self.button_of(acl).setText(name)
        self.set_uploader(Uploader.KRAKEN)

    def set_uploader(self, uploader: Uploader) -> None:
        """Who writes into the bucket: what is asked of it, and what the links are, differ."""
        own = uploader is Uploader.LOCAL
        self.set_meaning(
            Acl.PUBLIC_READ, self.tr("Anyone who has the link can open the image. The bucket must allow public ACLs.")
        )
        self.set_meaning(
            Acl.PRIVATE,
            self.tr("Nobody else can open the image. Its link is signed, and opens for seven days.")
            if own
            else self.tr(
                "Nobody else can open the image. Its link is signed, and opens for seven days. The bucket must "
                "allow ACLs."
            ),
        )
        self.set_meaning(
            Acl.NONE, self.tr("Nothing is asked for; the bucket’s own settings decide who can open the image.")
        )
        self.set_offered(Acl.NONE, own)
