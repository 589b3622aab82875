from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import pytest
import shiboken6
from PySide6.QtCore import QEvent, Qt, QTranslator
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QScrollArea, QSpinBox, QWidget

from kraken_desktop.gui.jobs import Background
from kraken_desktop.gui.routes import Route
from kraken_desktop.gui.settings import SettingsDialog
from kraken_desktop.gui.settings.profile_route import Place
from kraken_desktop.gui.settings.remarks import RemarkLabel
from kraken_desktop.model.errors import BadCredentialsError, NameLookupError
from kraken_desktop.model.profile import Account
from kraken_desktop.model.settings import ProxyMode, first_settings

from .conftest import API_SECRET, S3_SECRET

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def fill_in_account(dialog, type_into):
    form = dialog.account_page.form
    type_into(form.api_key, "a-key")
    type_into(form.secret.findChild(QLineEdit), API_SECRET)


# --- nothing is lost -----------------------------------------------------------------------------------


def test_esc_closes_what_has_no_changes(house, qtbot):
    house.fill("Blog")
    dialog = house.open("profiles")
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)


@pytest.mark.parametrize(
    ("answer", "is_open", "name"), [("Keep editing", True, "Blog"), ("Discard", False, "Blog"), ("Save", False, "New")]
)
def test_esc_loses_nothing_without_a_question(house, type_into, qtbot, answer, is_open, name):
    house.fill("Blog")
    dialog = house.open("profiles")
    type_into(dialog.profiles_page.form.name, "New")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    house.answer(dialog, answer)
    assert (shiboken6.isValid(dialog) and dialog.isVisible()) is is_open
    if is_open:
        assert dialog.profiles_page.form.name.text() == "New"
    assert house.store.load().profiles[0].name == name


def test_the_title_bar_asks_too(house, type_into):
    house.fill("Blog")
    dialog = house.open("profiles")
    type_into(dialog.profiles_page.form.name, "New")
    dialog.close()
    house.answer(dialog, "Keep editing")
    assert dialog.isVisible()


@pytest.mark.parametrize("way", ["page", "entry", "add"])
@pytest.mark.parametrize("answer", ["Keep editing", "Discard", "Save"])
def test_leaving_a_changed_form_asks_first(house, type_into, way, answer):
    house.fill("Blog", "Shop")
    dialog = house.open("profiles")
    page = dialog.profiles_page
    type_into(page.form.name, "New")
    if way == "page":
        dialog.navigation.setCurrentRow(2)
    elif way == "entry":
        page.entries.pick(1)
    else:
        page.entries.add_button.click()
    house.answer(dialog, answer)
    assert house.store.load().profiles[0].name == ("New" if answer == "Save" else "Blog")
    if answer == "Keep editing":
        assert (dialog.page, page.form.name.text()) == (page, "New")
        assert dialog.navigation.currentRow() == 1
    elif way == "page":
        assert dialog.page is dialog.recipes_page
    else:
        assert page.form.name.text() == ("Shop" if way == "entry" else "New profile")


def test_save_in_the_question_stays_when_something_is_wrong(house, type_into):
    house.fill("Blog")
    dialog = house.open("profiles")
    type_into(dialog.profiles_page.form.destination.bucket, "x")
    dialog.reject()
    house.answer(dialog, "Save")
    assert dialog.isVisible()
    assert dialog.profiles_page.form.remarks_of("bucket")


def test_a_new_entry_that_nobody_touched_is_no_loss(house, qtbot):
    house.fill("Blog")
    dialog = house.open("profiles")
    dialog.profiles_page.entries.add_button.click()
    with qtbot.waitSignal(dialog.rejected):
        dialog.reject()


def test_changes_on_another_page_survive_a_save(house, type_into):
    house.fill("Blog")
    dialog = house.open("profiles")
    type_into(dialog.profiles_page.form.name, "New")
    dialog.recipes_page.duplicate()
    dialog.recipes_page.save()
    assert dialog.profiles_page.form.name.text() == "New"
    assert dialog.profiles_page.is_dirty()


def test_a_settings_file_that_cannot_be_written_is_told_and_nothing_is_lost(house, type_into, monkeypatch):
    house.fill("Blog")
    dialog = house.open("recipes")
    type_into(dialog.recipes_page.form.name, "New")
    lock = house.path.with_name("settings.json.lock")
    lock.unlink(missing_ok=True)
    lock.mkdir()
    dialog.bar.save_button.click()
    assert dialog.recipes_page.notice.isVisible()
    assert dialog.recipes_page.form.name.text() == "New"
    lock.rmdir()
    dialog.bar.save_button.click()
    assert house.store.load().recipes[0].name == "New"
    assert not dialog.recipes_page.notice.isVisible()


def test_it_tells_when_settings_changed(house, type_into, qtbot):
    house.fill("Blog")
    dialog = house.open("profiles")
    type_into(dialog.profiles_page.form.name, "New")
    with qtbot.waitSignal(dialog.settings_changed) as told:
        qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert told.args[0].profiles[0].name == "New"
    assert dialog.bar.status.text() == "Saved."


def test_saved_is_said_of_the_page_that_was_saved(house, type_into):
    house.fill("Blog")
    dialog = house.open("profiles")
    assert dialog.windowTitle() == "Settings"
    type_into(dialog.profiles_page.form.name, "New")
    dialog.bar.save_button.click()
    assert dialog.bar.status.text() == "Saved."
    dialog.navigation.setCurrentRow(2)
    assert dialog.bar.status.text() == ""


def test_a_remark_that_appears_on_save_comes_into_sight(house, qtbot):
    house.fill("Blog")
    dialog = house.open("profiles")
    dialog.resize(dialog.width(), 320)
    form = dialog.profiles_page.form
    form.more.more.click()
    form.more.public_url.setText("ftp://example.com")
    form.check()
    form.more.public_url.setFocus()
    area = next(each for each in dialog.findChildren(QScrollArea) if each.isAncestorOf(form))
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    remark = form.more.public_url.parentWidget().findChild(RemarkLabel)
    bottom = form.more.public_url.mapTo(area.widget(), form.more.public_url.rect().bottomLeft()).y()
    area.verticalScrollBar().setValue(bottom - area.viewport().height() + 1)
    assert not remark.text
    dialog.profiles_page.save()
    assert remark.text
    qtbot.waitUntil(lambda: not remark.visibleRegion().isEmpty())
    qtbot.waitUntil(lambda: remark.visibleRegion().boundingRect().height() == remark.height())


def test_what_hinders_saving_comes_into_sight(house, type_into, qtbot):
    house.fill("Blog")
    dialog = house.open("profiles")
    dialog.resize(dialog.width(), 320)
    page = dialog.profiles_page
    page.form.more.more.click()
    page.form.more.public_url.setFocus()
    area = next(each for each in dialog.findChildren(QScrollArea) if each.isAncestorOf(page.form))
    type_into(page.form.more.public_url, "https://s3.example.com")
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    house.path.with_name("settings.json.lock").unlink(missing_ok=True)
    house.path.with_name("settings.json.lock").mkdir()
    dialog.bar.save_button.click()
    assert page.notice.isVisible()
    # As much of it as there is room for.
    room = min(page.notice.height(), area.viewport().height())
    qtbot.waitUntil(lambda: page.notice.visibleRegion().boundingRect().height() >= room)


@pytest.fixture
def announced(monkeypatch):
    """What a screen reader is told."""
    told: list[str] = []

    class Accessible:
        @staticmethod
        def updateAccessibility(event):
            told.append(event.message())

    monkeypatch.setattr("kraken_desktop.gui.banners.QAccessible", Accessible)
    return told


def test_a_screen_reader_hears_how_check_and_save_went(house, type_into, announced):
    house.fill("Blog")
    dialog = house.open()
    dialog.account_page.check_button.click()
    assert announced.pop().startswith("The key pair works.")
    house.status = BadCredentialsError(status=401)
    dialog.account_page.check_button.click()
    assert announced.pop() == dialog.account_page.result.text
    dialog.navigation.setCurrentRow(1)
    form = dialog.profiles_page.form
    form.destination.bucket.setText("x")
    form.check()
    dialog.profiles_page.save()
    assert announced.pop() == f"Bucket: {form.remarks_of('bucket')}"
    type_into(form.destination.bucket, "bucket-one")
    dialog.bar.save_button.click()
    assert announced == ["Saved."]


def test_enter_in_a_line_saves(house, type_into, qtbot):
    house.fill("Blog")
    dialog = house.open("profiles")
    type_into(dialog.profiles_page.form.name, "New")
    qtbot.keyClick(dialog.profiles_page.form.name, Qt.Key.Key_Return)
    assert house.store.load().profiles[0].name == "New"


# --- the first start -----------------------------------------------------------------------------------


def test_set_up_is_two_forms(house, type_into, qtbot):
    dialog = house.open("setup")
    assert not dialog.navigation.isVisible()
    fill_in_account(dialog, type_into)
    dialog.bar.save_button.click()
    assert house.asked[0][1] == API_SECRET
    page = dialog.profiles_page
    assert dialog.page is page
    assert dialog.windowTitle() == "Set up — Kraken Desktop"
    assert dialog.setup.checked.isVisible()
    assert dialog.setup.checked.text().startswith("The key pair works. Plan: Advanced, active. 1.0 kB of 5.0 kB used")
    assert dialog.bar.status.text() == ""
    assert page.form.route.account.currentData() == house.store.load().accounts[0].id
    type_into(page.form.destination.bucket, "my-images")
    type_into(page.form.destination.access_key, "AKIAIOSFODNN7EXAMPLE")
    type_into(page.form.destination.secret.findChild(QLineEdit), S3_SECRET)
    with qtbot.waitSignal(dialog.accepted):
        dialog.bar.save_button.click()
    settings = house.store.load()
    assert settings.default_profile.bucket == "my-images"
    assert settings.default_profile.account_id == settings.accounts[0].id


def test_set_up_of_ones_own_bucket_is_one_form(house, type_into, qtbot):
    house.store.update(lambda _: first_settings(house.path.parent / "pictures"))
    dialog = house.open("setup", Route.LOCAL)
    page = dialog.profiles_page
    assert dialog.page is page
    assert not dialog.bar.back_button.isVisible()
    assert "Step" not in [label.text() for label in dialog.setup.header.findChildren(QLabel) if label.isVisible()]
    assert page.form.route.route.value is Route.LOCAL
    type_into(page.form.destination.bucket, "my-images")
    type_into(page.form.destination.access_key, "AKIAIOSFODNN7EXAMPLE")
    type_into(page.form.destination.secret.findChild(QLineEdit), S3_SECRET)
    with qtbot.waitSignal(dialog.profile_made) as made:
        dialog.bar.save_button.click()
    settings = house.store.load()
    assert settings.default_profile.id == made.args[0]
    assert settings.default_profile.bucket == "my-images"
    assert len(settings.profiles) == 2


@pytest.mark.parametrize("route", [Route.KRAKEN, Route.MIXED])
def test_set_up_leads_over_the_account_to_the_route(house, type_into, route):
    house.store.update(lambda _: first_settings(house.path.parent / "pictures"))
    dialog = house.open("setup", route)
    fill_in_account(dialog, type_into)
    dialog.bar.save_button.click()
    assert dialog.page is dialog.profiles_page
    assert dialog.profiles_page.form.route.route.value is route
    assert dialog.profiles_page.form.profile().account_id == house.store.load().accounts[0].id


def test_set_up_ends_with_the_account_if_a_profile_waits_for_it(house, type_into, qtbot):
    house.fill("Blog", account=False)
    dialog = house.open("setup")
    fill_in_account(dialog, type_into)
    assert dialog.bar.save_button.text().replace("&", "") == "Finish"
    with qtbot.waitSignal(dialog.accepted):
        dialog.bar.save_button.click()
    settings = house.store.load()
    assert settings.profiles[0].account_id == settings.accounts[0].id


def test_set_up_goes_back_and_loses_nothing(house, type_into):
    dialog = house.open("setup")
    fill_in_account(dialog, type_into)
    assert not dialog.bar.back_button.isVisible()
    dialog.bar.save_button.click()
    form = dialog.profiles_page.form
    type_into(form.destination.bucket, "my-images")
    type_into(form.destination.secret.findChild(QLineEdit), S3_SECRET)
    dialog.bar.back_button.click()
    assert dialog.page is dialog.account_page
    assert not dialog.setup.checked.isVisible()
    type_into(dialog.account_page.form.api_key, "another-key")
    dialog.bar.save_button.click()
    assert dialog.page is dialog.profiles_page
    assert [account.api_key for account in house.store.load().accounts] == ["another-key"]
    assert (form.destination.bucket.text(), form.destination.secret.typed) == ("my-images", S3_SECRET)


def test_set_up_stops_at_a_wrong_key(house, type_into):
    house.status = BadCredentialsError(status=401)
    dialog = house.open("setup")
    fill_in_account(dialog, type_into)
    dialog.bar.save_button.click()
    assert dialog.page is dialog.account_page
    assert house.store.load().accounts == ()
    assert dialog.account_page.result.isVisible()


def test_set_up_goes_on_without_a_network_if_the_person_wants(house, type_into):
    house.status = NameLookupError(host="api.kraken.io")
    dialog = house.open("setup")
    fill_in_account(dialog, type_into)
    dialog.bar.save_button.click()
    assert dialog.page is dialog.account_page
    assert "without" in dialog.bar.save_button.text()
    dialog.bar.save_button.click()
    assert dialog.page is dialog.profiles_page
    assert len(house.store.load().accounts) == 1


def test_set_up_begins_with_what_is_missing(house):
    house.fill()
    dialog = house.open("setup")
    assert dialog.page is dialog.profiles_page
    assert not dialog.navigation.isVisible()


def test_a_set_up_program_shows_its_profiles(house):
    house.fill("Blog")
    dialog = house.open("setup")
    assert dialog.page is dialog.profiles_page
    assert dialog.navigation.isVisible()


# --- as the window opens it ----------------------------------------------------------------------------


def test_it_works_with_the_real_services_and_real_threads(house, type_into, qtbot):
    @dataclass
    class Services:
        settings: object
        secrets: object
        account_status: object
        try_network: object
        doctor: object = None
        engine: object = None
        scratch: object = None

    background = Background(1)
    services = Services(house.store, house.secrets, house.account_status, house.try_network)
    dialog = SettingsDialog.open(services, background.run, house.words, theme=house.theme)
    house.dialogs.append(dialog)
    qtbot.waitUntil(lambda: dialog.account_page.form.secret.place == "nowhere")
    fill_in_account(dialog, type_into)
    with qtbot.waitSignal(dialog.settings_changed):
        dialog.bar.save_button.click()
    qtbot.waitUntil(lambda: "Advanced" in dialog.account_page.quota.text)
    assert background.close(5)


# --- for everybody -------------------------------------------------------------------------------------


PAGES = ["account", "profiles", "bucket", "folder", "recipes", "network", "setup"]


def open_in_full(house, page):
    """A page with all that can be opened in it; the profile's form on each of its ways."""
    if page != "setup":
        house.fill("Blog", "Shop")
    dialog = house.open("profiles" if page in {"bucket", "folder"} else page)
    if page in {"profiles", "bucket", "folder"}:
        form = dialog.profiles_page.form
        if page != "profiles":
            form.route.route.button_of(Route.LOCAL).click()
            form.route.place.button_of(Place.FOLDER if page == "folder" else Place.BUCKET).click()
        if page == "bucket":
            form.destination.temporary.click()
        form.more.more.click()
    if page == "account":
        dialog.account_page.form.advanced.click()
    if page == "network":
        network = dialog.network_page.form
        network.proxy.button_of(ProxyMode.MANUAL).click()
        network.proxy_user.setText("mona")
        network.check()
    return dialog


@pytest.mark.parametrize("page", PAGES)
def test_every_widget_that_takes_the_focus_has_a_name(house, page):
    dialog = open_in_full(house, page)
    if page in {"profiles", "bucket"}:
        more = dialog.profiles_page.form.more
        for editor in (more.tags, more.metadata, more.headers):
            editor.add_button.click()
    buddies = {label.buddy() for label in dialog.findChildren(QLabel) if label.buddy() is not None}
    focusable = [
        each
        for each in dialog.findChildren(QWidget)
        if each.isVisible()
        and each.focusPolicy() & Qt.FocusPolicy.TabFocus
        # The line of a combobox has a proxy, and is what a screen reader speaks of all the same.
        and (each.focusProxy() is None or isinstance(each.parent(), QComboBox))
    ]
    assert len(focusable) > 4
    unnamed = [
        each
        for each in focusable
        if not each.accessibleName()
        and each not in buddies
        and not (isinstance(each, QAbstractButton) and each.text())
        and not isinstance(each.parent(), QSpinBox)
        and each.objectName() != "qt_spinbox_lineedit"
        and not each.inherits("QExpandingLineEdit")
    ]
    assert unnamed == []


@pytest.mark.parametrize("page", PAGES)
def test_the_letter_of_every_label_leads_into_its_field(house, qtbot, page):
    if page != "setup":
        house.store.update(lambda now: now.with_account(Account(id="account-2", name="Other", api_key="b-key")))
    dialog = open_in_full(house, page)
    labels = [each for each in dialog.findChildren(QLabel) if each.isVisible() and each.buddy() and "&" in each.text()]
    assert labels
    for label in labels:
        dialog.bar.close_button.setFocus()
        letter = label.text()[label.text().index("&") + 1].upper()
        qtbot.keyClick(dialog, Qt.Key[f"Key_{letter}"], Qt.KeyboardModifier.AltModifier)
        reached = dialog.focusWidget()
        assert reached is label.buddy() or label.buddy().isAncestorOf(reached), label.text()


@pytest.mark.parametrize("page", [page for page in PAGES if page != "setup"])
def test_no_two_mnemonics_of_a_page_are_the_same(house, page):
    dialog = open_in_full(house, page)
    texts = [
        each.text()
        for each in dialog.findChildren(QWidget)
        if each.isVisible() and isinstance(each, QLabel | QAbstractButton) and "&" in each.text()
    ]
    letters = [text[text.index("&") + 1].lower() for text in texts]
    assert sorted(letters) == sorted(set(letters)), sorted(texts)


def test_tab_reaches_every_field_of_the_profile_form_in_its_order(house, qtbot):
    house.fill("Blog")
    dialog = house.open("profiles")
    form = dialog.profiles_page.form
    form.name.setFocus()
    wanted = [
        form.name,
        form.destination.bucket,
        form.destination.region.lineEdit(),
        form.destination.access_key,
        form.images.path.line,
        form.images.recipe,
    ]
    seen = []
    for _ in range(24):
        seen.append(dialog.focusWidget())
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    reached = [next((each for each in wanted if each is at or each.parent() is at), None) for at in seen]
    assert [each for each in reached if each is not None][: len(wanted)] == wanted


def test_the_wheel_does_not_change_what_it_passes_over(house, qtbot):
    house.fill("Blog")
    region = house.open("profiles").profiles_page.form.destination.region
    event = QEvent(QEvent.Type.Wheel)
    assert region.parent() is not None
    assert dialog_filter(region).eventFilter(region, event)


def dialog_filter(region):
    from kraken_desktop.gui.settings.field_form import FieldForm

    above = region.parent()
    while not isinstance(above, FieldForm):
        above = above.parent()
    return above


class Stretched(QTranslator):
    """Makes every text 40 % longer."""

    def translate(self, context, source, disambiguation=None, n=-1):
        return source + " lorem" * (1 + round(0.4 * len(source) / 6))

    def isEmpty(self):
        return False


@pytest.fixture
def stretched(qapp):
    translator = Stretched()
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


@pytest.mark.parametrize("page", PAGES)
def test_longer_words_are_not_cut_off(house, qapp, stretched, page):
    dialog = open_in_full(house, page)
    dialog.resize(dialog.minimumSizeHint())
    qapp.processEvents()
    told = [
        each
        for each in dialog.findChildren(QWidget)
        if each.isVisible() and isinstance(each, QAbstractButton | QLabel) and each.text()
    ]
    assert any("lorem" in each.text() for each in told)
    for each in told:
        assert each.width() >= each.minimumSizeHint().width(), each.text()
        right = each.mapTo(dialog, each.rect().topRight()).x()
        assert right < dialog.width(), each.text()
        if isinstance(each, QLabel) and each.wordWrap():
            assert each.height() >= each.heightForWidth(each.width()), each.text()


def test_no_page_waits_for_what_speaks_to_servers():
    # TLS and all around it take longer to load than a page takes to make.
    names = ("account", "profiles", "recipes", "network")
    loading = "; ".join(f"import kraken_desktop.gui.settings.{name}_page" for name in names)
    code = f"import sys; {loading}; print({{'requests', 'ssl', 'keyring'}} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout.strip() == "set()"
