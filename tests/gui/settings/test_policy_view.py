"""The view of permissions: of the form as it stands, to be read and copied."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from kraken_desktop.buckets.policy import least_policy, public_policy
from kraken_desktop.gui.routes import Route
from kraken_desktop.gui.settings.policy_view import PolicyView
from kraken_desktop.messages.permissions import Topic
from kraken_desktop.model.profile import Acl
from kraken_desktop.model.providers import PROVIDERS, provider_named


@pytest.fixture
def form(house):
    house.fill("Blog")
    return house.open("profiles").profiles_page.form


@pytest.fixture
def opened(form, qtbot):
    """Opens the view: ``opened()``."""

    def open_view() -> PolicyView:
        form.destination.permissions.click()
        view = form.findChild(PolicyView)
        qtbot.waitUntil(view.isVisible)
        return view

    return open_view


def test_it_shows_what_stands_in_the_form_saved_or_not(form, opened, type_into):
    type_into(form.images.path.line, "pictures/{stem}-{hash:8}{ext}")
    view = opened()
    policy = json.loads(view.key_policy.text.toPlainText())
    assert policy == least_policy(form.profile())
    assert policy["Statement"][0]["Resource"] == "arn:aws:s3:::bucket-1/pictures/*"
    assert "sent to Kraken.io with each image" in view.told(Topic.SECRET)
    assert "• s3:PutObjectAcl: because Kraken.io sets an ACL" in view.told(Topic.KEY)
    assert "Object Ownership must be “ACLs enabled”" in view.told(Topic.BUCKET)
    assert view.bucket_policy.isHidden()


def test_a_bucket_without_a_name_has_a_stand_in(form, opened):
    form.destination.bucket.clear()
    assert '"arn:aws:s3:::your-bucket/*"' in opened().key_policy.text.toPlainText()


def test_removing_is_a_choice_that_shows_in_policy_and_words(form, opened):
    view = opened()
    assert "s3:DeleteObject" not in view.key_policy.text.toPlainText()
    view.with_delete.click()
    assert json.loads(view.key_policy.text.toPlainText()) == least_policy(form.profile(), with_delete=True)
    assert "s3:DeleteObject: to remove images from the bucket" in view.told(Topic.KEY)


def test_a_policy_is_copied_whole_and_the_button_says_so(form, opened):
    form.route.route.button_of(Route.LOCAL).click()
    form.images.acl.set_value(Acl.NONE)
    view = opened()
    for box, policy in (
        (view.key_policy, least_policy(form.profile())),
        (view.bucket_policy, public_policy(form.profile())),
    ):
        assert not box.isHidden()
        box.copy_button.click()
        assert json.loads(QGuiApplication.clipboard().text()) == policy
        assert box.copy_button.text() == "Copied"
    view.with_delete.click()
    assert view.key_policy.copy_button.text() == "Copy"


def test_where_no_policies_are_known_none_is_shown(form, opened):
    form.route.route.button_of(Route.LOCAL).click()
    box = form.destination.service.provider
    row = PROVIDERS.index(provider_named("r2"))
    box.setCurrentIndex(row)
    box.activated.emit(row)
    # The account ID is missing yet: it is R2 all the same.
    view = opened()
    assert view.key_policy.isHidden()
    assert view.bucket_policy.isHidden()
    assert view.told(Topic.SOURCE).startswith("R2 has no policies.")
    assert "R2 opens images only at an address of their own." in view.told(Topic.BUCKET)


def test_the_keyboard_reaches_everything_and_escape_closes(form, opened, qtbot):
    form.route.route.button_of(Route.LOCAL).click()
    form.images.acl.set_value(Acl.NONE)
    view = opened()
    qtbot.waitUntil(view.close_button.hasFocus)
    seen = []
    for _ in range(8):
        QTest.keyClick(view.focusWidget(), Qt.Key.Key_Tab)
        seen.append(view.focusWidget())
    wanted = [
        view.key_policy.text,
        view.key_policy.copy_button,
        view.with_delete,
        view.bucket_policy.text,
        view.bucket_policy.copy_button,
        view.close_button,
    ]
    assert seen[: len(wanted)] == wanted
    assert view.key_policy.text.accessibleName() == "Policy of the key"
    assert view.key_policy.copy_button.accessibleName() == "Copy: Policy of the key"
    QTest.keyClick(view, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: form.findChild(PolicyView) is None)


def test_it_never_grows_over_the_window_it_belongs_to(house, form, opened):
    house.dialogs[-1].resize(640, 440)
    view = opened()
    window = house.dialogs[-1].size()
    assert view.width() <= window.width()
    assert view.height() <= window.height()
