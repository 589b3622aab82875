"""What the recipe in the form makes of the image that was dropped last: live, in numbers and to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QRect, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget
from typing_extensions import override

from kraken_desktop.engines.local.protocol import View
from kraken_desktop.gui.banners import announce
from kraken_desktop.gui.labels import ElidedLabel
from kraken_desktop.gui.settings.background import RunInBackground
from kraken_desktop.gui.settings.disclosure import Disclosure
from kraken_desktop.gui.settings.preview_comparison import Comparison
from kraken_desktop.gui.settings.preview_facts import PreviewFacts
from kraken_desktop.gui.settings.preview_layers import is_sharp, original_layer, original_region, result_layer
from kraken_desktop.gui.settings.preview_run import Detail, PreviewRun
from kraken_desktop.gui.settings.remarks import Remark, RemarkLabel, breakable, muted, wrapping
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Words
from kraken_desktop.model.errors import KrakenDesktopError
from kraken_desktop.model.geometry import Placement, place
from kraken_desktop.model.job import Source
from kraken_desktop.model.profile import Severity
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.previewing import Previewed, Previews, Stand, Subject
from kraken_desktop.resource_files import samples

BUSY_MS = 200
"""What is there sooner is not worth a word; and how often is said how far it is."""
_SIDE_BY_SIDE = 30
"""Heights of a line: with so much width the numbers stand beside the picture."""
_STEPS = 100


class RecipePreview(QWidget):
    """A line that opens to a comparison of original and result. Works only while it can be seen.

    Args:
        newest: the image that was dropped last; without one a sample picture stands in.
        samples: those pictures.

    Signals:
        turned: with whether it is open now.
    """

    turned = Signal(bool)

    def __init__(
        self,
        previews: Previews,
        run_in_background: RunInBackground,
        words: Words,
        theme: Theme,
        *,
        newest: Source | None,
        samples: Callable[[], Sequence[Path]] = samples,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._words = words
        self._original: View | None = None
        self._result: Previewed | None = None
        self._run = PreviewRun(previews, run_in_background, newest=newest, samples=samples, parent=self)
        self.disclosure = Disclosure(self.tr("Pre&view"), self)
        self.summary = ElidedLabel(self)
        self.about = muted(wrapping(QLabel(self)))
        self.comparison = Comparison(theme, self)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, _STEPS)
        self.slider.setValue(_STEPS // 2)
        self.slider.setPageStep(_STEPS // 10)
        self.slider.setAccessibleName(self.tr("Line between original and result"))
        self.zoom = QPushButton(self)
        self.zoom.setAutoDefault(False)
        self.facts = PreviewFacts(words, self)
        self.remark = RemarkLabel(theme, self)
        self.note = muted(
            wrapping(QLabel(self.tr("Made by this computer’s engine; Kraken.io’s files differ a little."), self))
        )
        self.note.hide()
        self._busy = QTimer(self)
        self._busy.setInterval(BUSY_MS)
        self._lay_out()
        self._connect()
        self._render_zoom()
        self._enable()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.disclosure)
        head.addWidget(self.summary, 1)
        ends = QWidget(self)
        # Left is left in the picture, whatever the language.
        ends.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        below = QHBoxLayout(ends)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(8)
        below.addWidget(muted(QLabel(self.tr("Original"), ends)))
        below.addWidget(self.slider, 1)
        below.addWidget(muted(QLabel(self.tr("Result"), ends)))
        below.addWidget(self.zoom)
        picture = QVBoxLayout()
        picture.setSpacing(8)
        picture.addWidget(self.comparison, 1)
        picture.addWidget(ends)
        told = QVBoxLayout()
        told.setSpacing(8)
        told.addWidget(self.facts)
        told.addWidget(self.remark)
        told.addWidget(self.about)
        told.addWidget(self.note)
        told.addStretch(1)
        self.body = QWidget(self)
        self._both = QBoxLayout(QBoxLayout.Direction.LeftToRight, self.body)
        self._both.setContentsMargins(0, 0, 0, 0)
        self._both.setSpacing(16)
        self._both.addLayout(picture, 3)
        self._both.addLayout(told, 2)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        outer.addLayout(head)
        outer.addWidget(self.body, 1)
        self.body.hide()

    def _connect(self) -> None:
        run = self._run
        run.found.connect(self._on_found)
        run.made.connect(self._on_made)
        run.viewed.connect(self._on_viewed)
        run.detailed.connect(self._on_detailed)
        run.failed.connect(self._on_failed)
        run.busy_changed.connect(self._on_busy)
        self._busy.timeout.connect(self._show_busy)
        self.disclosure.turned.connect(self._on_turned)
        self.slider.valueChanged.connect(lambda value: self.comparison.set_divider(value / _STEPS))
        self.comparison.divider_moved.connect(self._on_divider)
        self.comparison.zoomed.connect(self._render_zoom)
        self.comparison.detail_wanted.connect(self._on_detail_wanted)
        self.zoom.clicked.connect(lambda: self.comparison.set_zoomed(not self.comparison.is_zoomed))
        self.facts.picked.connect(self._on_picked)

    # --- what it is told --------------------------------------------------------------------------

    def set_recipe(self, recipe: Recipe, *, with_kraken: bool = False) -> None:
        """Shows what this recipe makes, as soon as that is known.

        Args:
            with_kraken: whether a profile uses it with Kraken.io, whose own results are others.
        """
        self.note.setVisible(with_kraken)
        self._run.want(recipe)

    def lay_out_for(self, width: int) -> None:
        """Puts the numbers beside the picture, or below it; before the width is known to the layout."""
        wide = width >= _SIDE_BY_SIDE * self.fontMetrics().height()
        ways = QBoxLayout.Direction
        self._both.setDirection(ways.LeftToRight if wide else ways.TopToBottom)

    def set_open(self, is_open: bool) -> None:
        """Shows or hides all but one line."""
        self.disclosure.set_open(is_open)

    @property
    def is_busy(self) -> bool:
        """Whether the newest recipe has no answer yet."""
        return self._run.is_busy

    @property
    def text(self) -> str:
        """Everything that is said in words."""
        about = self.about.accessibleName()
        said = (self.facts.text, self.remark.text, about, "" if self.note.isHidden() else self.note.text())
        return " ".join(part for part in said if part)

    # --- what comes of it -------------------------------------------------------------------------

    def _on_found(self, subject: Subject, view: View) -> None:
        self._original = view
        self.facts.show_original(view)
        about = self._about(subject)
        self.about.setText(breakable(about) if subject.stand is None else about)
        self.about.setAccessibleName(about)
        self.comparison.setAccessibleName(
            self.tr("Original and result of {name}").replace("{name}", subject.name),
        )
        if self._result is None:
            size = QSizeF(view.full_width, view.full_height)
            layer = original_layer(view, place((view.full_width, view.full_height), None))
            self.comparison.show_pictures(size, layer, None, is_sharp=True)
            self._enable()

    def _on_made(self, result: Previewed) -> None:
        self._result = result
        self.remark.set_remarks(())
        self.facts.show_result(result, min(self._image, len(result.images) - 1))
        self._render_summary()

    def _on_viewed(self, image: int, view: View) -> None:
        if self._original is None:
            return
        placement = self._placement(image)
        # What is drawn of a vector image without a size of its own has one.
        canvas = (view.full_width, view.full_height)
        self.comparison.show_pictures(
            QSizeF(*canvas),
            original_layer(self._original, placement),
            result_layer(view, canvas),
            is_sharp=is_sharp(view),
        )
        self._enable()
        self._render_zoom()
        if self.facts.isVisible():
            announce(self, self.facts.summary)

    def _on_detailed(self, detail: Detail) -> None:
        canvas = (detail.result.full_width, detail.result.full_height)
        result = result_layer(detail.result, canvas)
        self.comparison.show_detail(
            result.target, original_layer(detail.original, self._placement(detail.image)), result
        )

    def _on_failed(self, error: KrakenDesktopError) -> None:
        self._result = None
        self.facts.clear()
        message = self._words.error(error)
        self.remark.set_remarks([Remark(severity=Severity.ERROR, message=message)])
        self.summary.set_full_text("" if self.disclosure.is_open else message.what)
        if self._original is None:
            self.comparison.show_pictures(QSizeF(), None, None, is_sharp=True)
        else:
            view = self._original
            layer = original_layer(view, place((view.full_width, view.full_height), None))
            size = QSizeF(view.full_width, view.full_height)
            self.comparison.show_pictures(size, layer, None, is_sharp=True)
        self._enable()
        self._render_zoom()

    def _on_busy(self) -> None:
        if self._run.is_busy:
            if not self._busy.isActive():
                self._busy.start()
        else:
            self._busy.stop()
            self.comparison.set_busy("")
            self.facts.set_outdated(False)
            self._render_summary()

    def _show_busy(self) -> None:
        self.comparison.set_busy(self._advance())
        self.facts.set_outdated(True)
        self._render_summary()

    # --- the picture ------------------------------------------------------------------------------

    @property
    def _image(self) -> int:
        return max(0, self.facts.table.currentRow())

    def _placement(self, image: int) -> Placement:
        """Where the pixels of the original went."""
        original, result = self._original, self._result
        if original is None or result is None:
            raise ValueError("nothing was made yet")
        return place((original.full_width, original.full_height), result.outputs[image].resize)

    def _on_picked(self, image: int) -> None:
        self._run.want_image(image)
        self._render_summary()

    def _on_detail_wanted(self, area: QRect) -> None:
        if self._result is None or self._original is None:
            return
        region = (area.x(), area.y(), area.width(), area.height())
        self._run.want_detail(original_region(region, self._placement(self._image)), region)

    def _on_divider(self, divider: float) -> None:
        self.slider.setValue(round(divider * _STEPS))

    def _render_zoom(self) -> None:
        zoomed = self.comparison.is_zoomed
        self.zoom.setText(self.tr("Fit") if zoomed else self.tr("100 %"))
        told = self.tr("Show the whole image") if zoomed else self.tr("Show every pixel of the result")
        self.zoom.setToolTip(told)
        self.zoom.setAccessibleDescription(told)
        self.zoom.setEnabled(self.comparison.can_zoom)

    def _enable(self) -> None:
        self.slider.setEnabled(self.comparison.has_both)

    # --- words ------------------------------------------------------------------------------------

    def _about(self, subject: Subject) -> str:
        sample = self.tr("This is one of the sample pictures.")
        match subject.stand:
            case None:
                return subject.name
            case Stand.NOTHING_DROPPED:
                return self.tr("This is one of the sample pictures; drop an image to see your own.")
            case Stand.GONE:
                return self.tr("The image that was dropped last is not there any more.") + " " + sample
            case Stand.ADDRESS:
                return self.tr("What was dropped last is an address, not a file.") + " " + sample

    def _render_summary(self) -> None:
        """What is said in the line while it is closed."""
        if self.comparison.is_dimmed and self._run.is_busy:
            told = self._advance()
        elif self.remark.remarks:
            told = self.remark.remarks[0].message.what
        else:
            told = self.facts.summary
        self.summary.set_full_text("" if self.disclosure.is_open else told)

    def _advance(self) -> str:
        made, of = self._run.images_made
        if of < 2:
            return self.tr("Working…")
        told = self.tr("Working, {made} of {outputs} images…")
        return told.replace("{made}", str(made)).replace("{outputs}", str(of))

    def _on_turned(self, is_open: bool) -> None:
        self.body.setVisible(is_open)
        self._render_summary()
        self.turned.emit(is_open)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Works from now on."""
        super().showEvent(event)
        self._run.set_active(True)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """Gives up what runs: nobody looks."""
        super().hideEvent(event)
        self._run.set_active(False)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Numbers beside the picture, or below it."""
        super().resizeEvent(event)
        self.lay_out_for(self.width())
        self._render_zoom()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """The whole may fit in on another screen."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self._render_zoom()
