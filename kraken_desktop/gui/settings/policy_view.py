"""What a profile needs from its key and its bucket: policies to copy, and what they are for."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kraken_desktop.buckets.policy import Policy, as_json, least_policy, public_policy
from kraken_desktop.gui.banners import announce
from kraken_desktop.gui.settings.marks import CheckBox
from kraken_desktop.gui.settings.page import FORM_WIDTH, PageHeader, PageScroll
from kraken_desktop.gui.settings.remarks import muted, wrapping
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Words
from kraken_desktop.messages.permissions import Section, Topic
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.providers import provider_of

_SIZE = QSize(680, 620)
_MOST_LINES = 24
"""Of a policy that are in sight; the rest is scrolled to."""

_FRAME = 26
"""Device-independent pixels of border and padding above and below the text."""


class PolicyBox(QWidget):
    """A policy as text that can be marked, and copied whole.

    Args:
        name: what it is, for the button and for screen readers.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(name)
        # The tab key goes on to the button.
        self.text.setTabChangesFocus(True)
        self.copy_button = QPushButton(self.tr("Copy"), self)
        self.copy_button.setAccessibleName(self.tr("Copy: %s").replace("%s", name))
        self.copy_button.setAutoDefault(False)
        self.copy_button.clicked.connect(self._copy)
        self.beside = QHBoxLayout()
        self.beside.setSpacing(12)
        self.beside.addWidget(self.copy_button)
        self.beside.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.text)
        layout.addLayout(self.beside)

    def show_policy(self, policy: Policy) -> None:
        """Shows another policy."""
        told = as_json(policy)
        self.text.setPlainText(told)
        lines = min(told.count("\n") + 1, _MOST_LINES)
        self.text.setFixedHeight(lines * self.text.fontMetrics().lineSpacing() + _FRAME)
        self.copy_button.setText(self.tr("Copy"))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copy_button.setText(self.tr("Copied"))
        announce(self.copy_button, self.tr("Copied: %s").replace("%s", self._name))


class PolicyView(QDialog):
    """The permissions of one profile as it stands, saved or not."""

    def __init__(self, profile: Profile, words: Words, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Permissions"))
        self._profile = profile
        self._words = words
        self.with_delete = CheckBox(self.tr("With the right to &remove images"), theme, self)
        self.key_policy = PolicyBox(self.tr("Policy of the key"), self)
        self.key_policy.beside.insertWidget(1, self.with_delete)
        self.bucket_policy = PolicyBox(self.tr("Policy of the bucket"), self)
        self._lines = {topic: muted(wrapping(QLabel(self))) for topic in Topic}
        self._titles = {topic: QLabel(self) for topic in Topic}
        header = PageHeader(self)
        header.set_texts(
            self.tr("Permissions of “{name}”").replace("{name}", profile.name or self.tr("New profile")),
            self.tr("The least that this profile needs, as its form stands now. Everything else can stay forbidden."),
        )
        body = QWidget(self)
        body.setMaximumWidth(FORM_WIDTH * self.fontMetrics().height())
        inner = QVBoxLayout(body)
        inner.setContentsMargins(24, 24, 24, 16)
        inner.setSpacing(8)
        inner.addWidget(header)
        takes_policies = provider_of(profile.endpoint).policies
        for topic in Topic:
            title = self._titles[topic]
            title.setProperty("look", "strong")
            inner.addSpacing(12)
            inner.addWidget(title)
            inner.addWidget(self._lines[topic])
            if topic is Topic.KEY:
                inner.addWidget(self.key_policy)
            elif topic is Topic.BUCKET:
                inner.addWidget(self.bucket_policy)
        inner.addStretch(1)
        self.key_policy.setVisible(takes_policies)
        opened = public_policy(profile)
        self.bucket_policy.setVisible(opened is not None)
        if opened is not None:
            self.bucket_policy.show_policy(opened)
        self.close_button = QPushButton(self.tr("Close"), self)
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        bar = QHBoxLayout()
        bar.setContentsMargins(16, 12, 16, 12)
        bar.addStretch(1)
        bar.addWidget(self.close_button)
        line = QFrame(self)
        line.setProperty("look", "line")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(PageScroll(body, self), 1)
        outer.addWidget(line)
        outer.addLayout(bar)
        self.with_delete.toggled.connect(lambda _on: self._render())
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self, self.accept)
        stops = (
            *(self.key_policy.text, self.key_policy.copy_button, self.with_delete),
            *(self.bucket_policy.text, self.bucket_policy.copy_button, self.close_button),
        )
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)
        self._render()
        self.close_button.setFocus()
        self.resize(_SIZE.boundedTo(parent.window().size()) if parent is not None else _SIZE)

    def told(self, topic: Topic) -> str:
        """What the person reads about a topic."""
        return self._lines[topic].text()

    def _render(self) -> None:
        with_delete = self.with_delete.isChecked()
        self.key_policy.show_policy(least_policy(self._profile, with_delete=with_delete))
        sections = {
            section.topic: section
            for section in self._words.permissions.sections(self._profile, with_delete=with_delete)
        }
        for topic in Topic:
            section = sections.get(topic)
            self._titles[topic].setVisible(section is not None)
            self._lines[topic].setVisible(section is not None)
            if section is not None:
                self._titles[topic].setText(section.title)
                self._lines[topic].setText(_as_text(section))


def _as_text(section: Section) -> str:
    if len(section.lines) == 1:
        return section.lines[0]
    return "\n".join(f"• {line}" for line in section.lines)
