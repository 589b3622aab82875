"""Original and result on each other, with a line between them that the person moves."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.preview_layers import Layer
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.thumbnails import checkers
from kraken_desktop.previewing import VIEW_SIDE

_CHECKER = 8
_NEAR = 12
"""Device-independent pixels from the line within which it is taken hold of."""
_HANDLE = 11
_STEP = 0.02
_PAN = 48
_VEIL = 0.6
_LINE, _EDGE = QColor("#ffffff"), QColor(0, 0, 0, 150)


class Comparison(QWidget):
    """Left of the line is the original, right of it the result; both in the size of the result.

    A click switches between the whole and 100 %, where one pixel of the result is one of the screen.

    Signals:
        divider_moved: by the person; where the line is, from 0 at the left to 1.
        zoomed: whether it shows 100 % now.
        detail_wanted: the part of the result, in its pixels, whose pixels are missing.
    """

    divider_moved = Signal(float)
    zoomed = Signal(bool)
    detail_wanted = Signal(QRect)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._canvas = QSizeF()
        self._original: tuple[Layer, ...] = ()
        self._result: tuple[Layer, ...] = ()
        self._is_sharp = True
        self._detail = QRectF()
        self._busy = ""
        self._divider = 0.5
        self._is_zoomed = False
        self._center = QPointF()
        self._pressed: QPointF | None = None
        self._drags = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 96)
        self.setAccessibleDescription(
            self.tr(
                "The left and right arrow keys move the line between original and result. The space bar switches"
                " between the whole image and 100 %; there, Shift and the arrow keys move the image."
            )
        )
        theme.changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        """Room to see something."""
        return QSize(360, 240)

    # --- what is shown ----------------------------------------------------------------------------

    @property
    def divider(self) -> float:
        """Where the line is: 0 shows only the result, 1 only the original."""
        return self._divider

    @property
    def is_zoomed(self) -> bool:
        """Whether it shows 100 %."""
        return self._is_zoomed

    @property
    def is_dimmed(self) -> bool:
        """Whether what is shown is of an older recipe."""
        return bool(self._busy)

    @property
    def told(self) -> str:
        """What is said over the picture."""
        return self._busy

    @property
    def can_zoom(self) -> bool:
        """Whether there is more to see at 100 %."""
        return self.has_both and not self._canvas.isEmpty() and self._fit() < self._full()

    @property
    def has_both(self) -> bool:
        """Whether there is something to compare."""
        return bool(self._original and self._result)

    def show_pictures(self, canvas: QSizeF, original: Layer | None, result: Layer | None, *, is_sharp: bool) -> None:
        """Shows these, whole.

        Args:
            canvas: the pixels of the result.
            is_sharp: nothing would be gained by a detail.
        """
        if canvas != self._canvas:
            self._center = QPointF(canvas.width() / 2, canvas.height() / 2)
        self._canvas = canvas
        self._original = (original,) if original is not None else ()
        self._result = (result,) if result is not None else ()
        self._is_sharp = is_sharp
        self._detail = QRectF()
        self._settle()

    def show_detail(self, area: QRectF, original: Layer, result: Layer) -> None:
        """Shows a part of both with all pixels, over the whole."""
        if self._original and self._result:
            self._original = (self._original[0], original)
            self._result = (self._result[0], result)
            self._detail = area
            self.update()

    def set_busy(self, told: str) -> None:
        """What is shown is of an older recipe, and this is said of the newest one; empty: it is the newest."""
        if told != self._busy:
            self._busy = told
            self.update()

    def set_divider(self, divider: float) -> None:
        """Moves the line."""
        divider = min(max(0.0, divider), 1.0)
        if divider != self._divider:
            self._divider = divider
            self.update()
            self.divider_moved.emit(divider)

    def set_zoomed(self, zoomed: bool, at: QPointF | None = None) -> None:
        """Switches to 100 %, with this point of the widget in its place, or back."""
        zoomed = zoomed and self.can_zoom
        if zoomed == self._is_zoomed:
            return
        if zoomed and at is not None:
            place = self._place()
            scale = place.width() / self._canvas.width()
            spot = (at - place.topLeft()) / scale
            shift = (at - QPointF(self.rect().center())) / self._full()
            self._center = spot - shift
        self._is_zoomed = zoomed
        self._settle()
        self.zoomed.emit(zoomed)

    # --- where things are -------------------------------------------------------------------------

    def _full(self) -> float:
        """Device-independent pixels for one of the result at 100 %."""
        return 1 / self.devicePixelRatioF()

    def _fit(self) -> float:
        if self._canvas.isEmpty():
            return self._full()
        across, down = self.width() / self._canvas.width(), self.height() / self._canvas.height()
        return min(across, down, self._full())

    def _place(self) -> QRectF:
        """Of the whole result in the widget, on whole pixels of the screen."""
        scale = self._full() if self._is_zoomed else self._fit()
        size = self._canvas * scale
        if self._is_zoomed:
            left = self.width() / 2 - self._center.x() * scale
            top = self.height() / 2 - self._center.y() * scale
        else:
            left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        ratio = self.devicePixelRatioF()
        return QRectF(QPointF(round(left * ratio) / ratio, round(top * ratio) / ratio), size)

    def _seen(self) -> QRectF:
        return self._place().intersected(QRectF(self.rect()))

    def _line(self) -> float:
        seen = self._seen()
        return seen.left() + self._divider * seen.width()

    def _settle(self) -> None:
        """Keeps the picture in sight, and asks for the pixels that are missing."""
        if self._is_zoomed and not self.can_zoom:
            self._is_zoomed = False
            self.zoomed.emit(False)
        if self._is_zoomed:
            scale = self._full()
            center = (self._center.x(), self._center.y())
            room = (self.width() / scale, self.height() / scale)
            sides = (self._canvas.width(), self._canvas.height())
            kept = [
                side / 2 if side <= have else min(max(have / 2, at), side - have / 2)
                for at, have, side in zip(center, room, sides, strict=True)
            ]
            self._center = QPointF(*kept)
            self._want_detail()
        self.update()

    def _want_detail(self) -> None:
        if self._is_sharp or not self.has_both or self._drags:
            return
        scale, place = self._full(), self._place()
        seen = self._seen().translated(-place.topLeft())
        needed = QRectF(seen.topLeft() / scale, seen.size() / scale)
        if self._detail.contains(needed.adjusted(1, 1, -1, -1)):
            return
        # As much as a view has, around what is seen: a short move needs no other one.
        most = VIEW_SIDE - 2  # rounding takes a pixel at each end
        more = (max(0.0, most - needed.width()) / 2, max(0.0, most - needed.height()) / 2)
        whole = QRectF(QPointF(0, 0), self._canvas)
        self.detail_wanted.emit(needed.adjusted(-more[0], -more[1], *more).intersected(whole).toRect())

    # --- painting ---------------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Pattern, original, result, line."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("track"))
        if not self._canvas.isEmpty():
            self._paint(painter)
        if self._busy:
            self._paint_busy(painter)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        seen = self._seen()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipRect(seen)
        painter.setBrushOrigin(seen.topLeft())
        painter.fillRect(seen, QBrush(checkers(_CHECKER)))
        # To the next pixel of the screen, so that the two never mix.
        ratio = self.devicePixelRatioF()
        line = round(self._line() * ratio) / ratio
        left = QRectF(seen.left(), seen.top(), line - seen.left(), seen.height())
        right = QRectF(line, seen.top(), seen.right() - line, seen.height())
        for layers, part in ((self._original, left if self._result else seen), (self._result, right)):
            painter.setClipRect(part)
            for layer in layers if not part.isEmpty() else ():
                self._draw(painter, layer)
        painter.setClipping(False)
        if self._busy:
            veil = self._theme.color("track")
            veil.setAlphaF(_VEIL)
            painter.fillRect(seen, veil)
        if self.has_both:
            self._paint_line(painter, line, seen)

    def _draw(self, painter: QPainter, layer: Layer) -> None:
        place, ratio = self._place(), self.devicePixelRatioF()
        scale = place.width() / self._canvas.width()
        target = QRectF(
            place.topLeft() + layer.target.topLeft() * scale,
            layer.target.size() * scale,
        )
        pixels = (target.size() * ratio).toSize()
        painter.drawImage(target, layer.for_size(pixels))

    def _paint_line(self, painter: QPainter, line: float, seen: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for color, width in ((_EDGE, 4.0), (_LINE, 2.0)):
            painter.setPen(QPen(color, width))
            painter.drawLine(QPointF(line, seen.top()), QPointF(line, seen.bottom()))
        middle = QPointF(line, seen.center().y())
        painter.setPen(QPen(_EDGE, 1))
        painter.setBrush(_LINE)
        painter.drawEllipse(middle, _HANDLE, _HANDLE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#15232b"))
        for way in (-1, 1):
            tip = middle + QPointF(way * 7, 0)
            painter.drawPolygon(QPolygonF([tip, tip + QPointF(-way * 4, -4), tip + QPointF(-way * 4, 4)]))

    def _paint_busy(self, painter: QPainter) -> None:
        room = self.fontMetrics().boundingRect(self._busy).size() + QSize(24, 12)
        place = QRectF(QPointF(), QSizeF(room))
        place.moveCenter(QPointF(self.width() / 2, self.height() - room.height()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.color("border"))
        painter.setBrush(self._theme.color("raised"))
        painter.drawRoundedRect(place, 6, 6)
        painter.setPen(self._theme.color("text"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._busy)

    # --- mouse and keys ---------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold of the line or of the picture."""
        if event.button() is Qt.MouseButton.LeftButton and not self._canvas.isEmpty():
            self._pressed = event.position()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Moves the line; at 100 % the picture, unless it was taken at the line."""
        at = event.position()
        near = self.has_both and abs(at.x() - self._line()) <= _NEAR
        if self._pressed is None:
            shapes = Qt.CursorShape
            self.setCursor(
                shapes.SplitHCursor if near else shapes.OpenHandCursor if self._is_zoomed else shapes.ArrowCursor
            )
            return
        if not self._drags:
            if (at - self._pressed).manhattanLength() < QApplication.startDragDistance():
                return
            took_line = abs(self._pressed.x() - self._line()) <= _NEAR
            self._drags = "picture" if self._is_zoomed and not took_line else "line"
        if self._drags == "picture":
            self._center -= (at - self._pressed) / self._full()
            self._pressed = at
            self._settle()
        elif self.has_both and not self._seen().isEmpty():
            self.set_divider((at.x() - self._seen().left()) / self._seen().width())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click switches the zoom."""
        if event.button() is not Qt.MouseButton.LeftButton or self._pressed is None:
            return
        dragged, self._drags, self._pressed = self._drags, "", None
        if not dragged:
            self.set_zoomed(not self._is_zoomed, event.position())
        elif dragged == "picture":
            self._settle()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the line, with Shift the picture; the space bar switches the zoom."""
        keys = Qt.Key
        ways = {keys.Key_Left: (-1, 0), keys.Key_Right: (1, 0), keys.Key_Up: (0, -1), keys.Key_Down: (0, 1)}
        key = Qt.Key(event.key())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in ways and shift and self._is_zoomed:
            self._center += QPointF(*ways[key]) * _PAN / self._full()
            self._settle()
        elif key in {keys.Key_Left, keys.Key_Right} and not shift and self.has_both:
            self.set_divider(self._divider + ways[key][0] * _STEP)
        elif key in {keys.Key_Home, keys.Key_End} and self.has_both:
            self.set_divider(0.0 if key is keys.Key_Home else 1.0)
        elif key is keys.Key_Space:
            self.set_zoomed(not self._is_zoomed)
        else:
            super().keyPressEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less may fit in."""
        self._settle()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows the frame."""
        super().focusInEvent(event)
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hides it."""
        super().focusOutEvent(event)
        self.update()
