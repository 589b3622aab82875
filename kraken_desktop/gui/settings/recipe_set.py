"""An image set: its images in a list, and the fields of the one that is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from kraken_desktop.gui.settings.disclosure import Disclosure
from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.recipe_chroma import ChromaBox
from kraken_desktop.gui.settings.recipe_draft import Draft, findings_of_size, finished
from kraken_desktop.gui.settings.recipe_fields import FORMAT_NAMES, RecipeFields
from kraken_desktop.gui.settings.recipe_generator import Generator
from kraken_desktop.gui.settings.recipe_size import SizeField
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.value_box import ValueBox
from kraken_desktop.messages import Words
from kraken_desktop.model.image_set import free_variant_name
from kraken_desktop.model.profile import Finding
from kraken_desktop.model.recipe import MOST_VARIANTS, OutputFormat, Variant
from kraken_desktop.model.recipe_rules import check_count, check_names, check_variant_name, check_wanted
from kraken_desktop.model.resizing import Sizing, Wanted

_OWN = ("variant_lossy", "variant_quality", "variant_chroma")
_ONE = ("variant_name", "variant_resize", "variant_convert")
FIELDS = ("generator", "variants", *_ONE, *_OWN)
"""All of them, in the form's order."""
_MOST_ROWS_SHOWN = 9


class VariantList(QWidget):
    """The images of a set, and what can be done with them.

    Signals:
        picked: another one is chosen, with its place.
        add_wanted, duplicate_wanted, remove_wanted: a button was pressed.
        move_wanted: with -1 for up and 1 for down.
    """

    picked = Signal(int)
    add_wanted = Signal()
    duplicate_wanted = Signal()
    remove_wanted = Signal()
    move_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Images of the set"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.add_button = self._button(self.tr("Add one"), self.add_wanted.emit)
        self.duplicate_button = self._button(self.tr("Duplicate it"), self.duplicate_wanted.emit)
        self.remove_button = self._button(self.tr("Remove it"), self.remove_wanted.emit)
        self.up_button = self._button(self.tr("Up"), lambda: self.move_wanted.emit(-1))
        self.down_button = self._button(self.tr("Down"), lambda: self.move_wanted.emit(1))
        self.up_button.setAccessibleName(self.tr("Move it up"))
        self.down_button.setAccessibleName(self.tr("Move it down"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.list)
        for buttons in (
            (self.add_button, self.duplicate_button),
            (self.remove_button, self.up_button, self.down_button),
        ):
            row = QHBoxLayout()
            row.setSpacing(8)
            for button in buttons:
                row.addWidget(button, 1)
            layout.addLayout(row)
        # Without a policy of its own a label's letter would not lead here.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.list.currentRowChanged.connect(self._on_row)
        deleting = QShortcut(QKeySequence.StandardKey.Delete, self.list)
        deleting.setContext(Qt.ShortcutContext.WidgetShortcut)
        deleting.activated.connect(self.remove_button.click)
        self.show_texts((), -1)

    def _button(self, text: str, do: Callable[[], object]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked: do())
        return button

    @property
    def row(self) -> int:
        """The chosen one; -1 for none."""
        return self.list.currentRow()

    def texts(self) -> list[str]:
        """What is shown, from top to bottom."""
        return [self.list.item(row).text() for row in range(self.list.count())]

    def show_texts(self, texts: Sequence[str], row: int) -> None:
        """Shows these, with one chosen, without a word to anybody."""
        self.list.blockSignals(True)
        if len(texts) != self.list.count():
            self.list.clear()
            height = self.fontMetrics().height() + 10
            for _ in texts:
                QListWidgetItem(self.list).setSizeHint(QSize(0, height))
            frame = 2 * self.list.frameWidth()
            self.list.setFixedHeight(min(max(len(texts), 1), _MOST_ROWS_SHOWN) * height + frame)
        for at, text in enumerate(texts):
            self.list.item(at).setText(text)
            self.list.item(at).setToolTip(text)
        self.list.setCurrentRow(row)
        self.list.blockSignals(False)
        self.list.setVisible(bool(texts))
        self.setFocusProxy(self.list if texts else self.add_button)
        self.add_button.setEnabled(len(texts) < MOST_VARIANTS)
        self.duplicate_button.setEnabled(row >= 0 and len(texts) < MOST_VARIANTS)
        self.remove_button.setEnabled(row >= 0)
        self.up_button.setEnabled(row > 0)
        self.down_button.setEnabled(0 <= row < len(texts) - 1)
        for button in (self.duplicate_button, self.remove_button, self.up_button, self.down_button):
            button.setVisible(bool(texts))

    def _on_row(self, row: int) -> None:
        if row >= 0:
            self.picked.emit(row)


class SetFields(RecipeFields):
    """The quick way, the list, and the fields of one image."""

    def __init__(self, form: FieldForm, theme: Theme, words: Words) -> None:
        super().__init__(form)
        self._words = words
        self._shown: tuple[Variant, ...] = ()
        self._drafts: list[Draft] = []
        self._row = -1
        self._filling = False
        self._visible = False
        self.generator = Generator(theme, form)
        self.list = VariantList(form)
        self.name = QLineEdit(form)
        self.name.setMaxLength(80)
        self.size = SizeField(self.tr("Size of this image"), theme, form)
        self.convert = ValueBox[OutputFormat | None](((None, self.tr("As the recipe says")), *FORMAT_NAMES), form)
        self.own = Disclosure(self.tr("Its own quality"), form)
        self.lossy = ValueBox[bool | None](
            (
                (None, self.tr("As the recipe says")),
                (True, self.tr("Lossy")),
                (False, self.tr("Lossless")),
            ),
            form,
        )
        self.quality = QSpinBox(form)
        self.quality.setRange(0, 100)
        self.quality.setSpecialValueText(self.tr("As the recipe says"))
        self.quality.setFixedHeight(self.lossy.sizeHint().height())
        self.chroma = ChromaBox(self.tr("As the recipe says"), form)
        self._add_fields()
        self._connect()

    def _add_fields(self) -> None:
        form = self._form
        form.add_field(
            "generator",
            self.tr("Make a set"),
            self.generator,
            focus=self.generator.widths,
            hint=self.tr("Kraken.io counts the image once for each format."),
        )
        form.add_field("variants", self.tr("Images of the set"), self.list)
        form.add_field(
            "variant_name",
            self.tr("Name of this image"),
            self.name,
            hint=self.tr("{variant} in the path stands for it."),
        )
        form.add_field("variant_resize", self.tr("Size of this image"), self.size)
        form.add_field("variant_convert", self.tr("Format of this image"), self.convert, below=(self.own,))
        form.add_field("variant_lossy", self.tr("Compression of this image"), self.lossy)
        form.add_field("variant_quality", self.tr("Quality of this image"), self.quality)
        form.add_field("variant_chroma", self.tr("Colors of this JPEG"), self.chroma)

    def _connect(self) -> None:
        self.generator.made.connect(self._on_made)
        self.list.picked.connect(self._on_picked)
        self.list.add_wanted.connect(self._add)
        self.list.duplicate_wanted.connect(self._duplicate)
        self.list.remove_wanted.connect(self._remove)
        self.list.move_wanted.connect(self._move)
        self.name.textEdited.connect(lambda: self._on_field("variant_name"))
        self.size.edited.connect(lambda: self._on_field("variant_resize"))
        self.quality.valueChanged.connect(lambda: self._on_field("variant_quality"))
        for name, box in (("convert", self.convert), ("lossy", self.lossy), ("chroma", self.chroma)):
            box.activated.connect(lambda _row, name=name: self._on_field(f"variant_{name}"))
        self.own.turned.connect(lambda _open: self.arrange(visible=self._visible))

    # --- the value --------------------------------------------------------------------------------

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """The images as they stand in the fields."""
        return tuple(self._drafts)

    def show_variants(self, variants: Sequence[Variant]) -> None:
        """Puts a set into the list, and its first image into the fields."""
        self._shown = tuple(variants)
        self._fill(variants)

    def _fill(self, variants: Sequence[Variant]) -> None:
        self._drafts = [Draft.of(each) for each in variants]
        self._choose(0 if variants else -1)

    @property
    def leaves_format(self) -> bool:
        """Whether one of the images goes by the format of the recipe."""
        return any(draft.convert is None for draft in self._drafts)

    def variants(self) -> tuple[Variant, ...]:
        """The set. Raises ``ValueError`` while it is none."""
        if self._shown and self._drafts == [Draft.of(each) for each in self._shown]:
            # It may break a rule of the form: as long as nobody touches it, it is what it is.
            return self._shown
        return finished(self._drafts)

    # --- what is said about it --------------------------------------------------------------------

    def set_findings(self) -> Mapping[str, list[Finding]]:
        """What is wrong or unwise, by field."""
        names = [each.name for each in self._drafts]
        # What is wrong with the one in the fields is said there, where it can be mended.
        others = [each for at, each in enumerate(self._drafts) if at != self._row]
        told = {"variants": list(check_count(names)), **self._findings_of_one()}
        told["variants"] += check_names([each.name for each in others])
        for draft in others:
            told["variants"] += check_wanted(draft.wanted)
        return told

    def _findings_of_one(self) -> dict[str, list[Finding]]:
        if self._row < 0:
            return {}
        draft = self._drafts[self._row]
        others = [each.name for at, each in enumerate(self._drafts) if at != self._row]
        return {
            "variant_name": list(check_variant_name(draft.name, others)),
            "variant_resize": findings_of_size(draft.wanted, "variant_resize"),
        }

    def arrange(self, *, visible: bool) -> None:
        """Shows the fields, if a set is wanted."""
        self._visible = visible
        one = visible and self._row >= 0
        for name in ("generator", "variants"):
            self._form.set_field_visible(name, visible)
        for name in _ONE:
            self._form.set_field_visible(name, one)
        for name in _OWN:
            self._form.set_field_visible(name, one and self.own.is_open)
        self.generator.set_replaces(bool(self._drafts))

    # --- what the person does ---------------------------------------------------------------------

    def _choose(self, row: int) -> None:
        self._row = row
        draft = self._drafts[row] if row >= 0 else Draft()
        self._filling = True
        self.name.setText(draft.name)
        self.size.set_wanted(draft.wanted)
        self.convert.set_value(draft.convert)
        self.lossy.set_value(draft.lossy)
        self.quality.setValue(draft.quality or 0)
        self.chroma.set_value(draft.chroma)
        if any(each is not None for each in (draft.lossy, draft.quality, draft.chroma)):
            self.own.set_open(True)
        self._filling = False
        self._show_list()

    def _show_list(self) -> None:
        self.list.show_texts([self._text(each) for each in self._drafts], self._row)

    def _text(self, draft: Draft) -> str:
        try:
            told = self._words.variant(replace(draft, name="x").finished())
        except ValueError:
            told = self.tr("unfinished")
        return self.tr("{name}: {what}").replace("{what}", told).replace("{name}", draft.name or "?")

    def _on_picked(self, row: int) -> None:
        self._choose(row)
        self._tell("")

    def _on_made(self, variants: tuple[Variant, ...]) -> None:
        self._fill(variants)
        self._tell("variants")
        self.list.list.setFocus()

    def _on_field(self, field: str) -> None:
        if self._filling or self._row < 0:
            return
        self._drafts[self._row] = replace(
            self._drafts[self._row],
            name=self.name.text().strip(),
            wanted=self.size.wanted,
            convert=self.convert.value,
            lossy=self.lossy.value,
            quality=self.quality.value() or None,
            chroma=self.chroma.value,
        )
        self._show_list()
        self._tell(field)

    def _insert(self, at: int, draft: Draft) -> None:
        taken = [each.name for each in self._drafts]
        self._drafts.insert(at, replace(draft, name=free_variant_name(draft.name, taken)))
        self._choose(at)
        self._tell("variants")

    def _add(self) -> None:
        wanted = Wanted(sizing=Sizing.AT_MOST, width=1200)
        self._insert(len(self._drafts), Draft(name="image", wanted=wanted))
        self.name.setFocus()
        self.name.selectAll()

    def _duplicate(self) -> None:
        self._insert(self._row + 1, self._drafts[self._row])

    def _remove(self) -> None:
        del self._drafts[self._row]
        self._choose(min(self._row, len(self._drafts) - 1))
        self._tell("variants")

    def _move(self, by: int) -> None:
        to = self._row + by
        self._drafts[self._row], self._drafts[to] = self._drafts[to], self._drafts[self._row]
        self._choose(to)
        self._tell("variants")

    def _tell(self, field: str) -> None:
        self.edited.emit(field)
