from __future__ import annotations

from dataclasses import replace

import pytest
from keyring.errors import KeyringLocked, NoKeyringError
from PySide6.QtWidgets import QLineEdit, QProgressBar

from kraken_desktop.engines.kraken_answers import AccountStatus
from kraken_desktop.model.errors import BadCredentialsError, NameLookupError
from kraken_desktop.model.profile import DEFAULT_API_URL, CredentialSource

from .conftest import API_SECRET, press

# The offscreen platform says so whenever a window has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def secret_line(page) -> QLineEdit:
    return page.form.secret.findChild(QLineEdit)


def fill_in(page, type_into, *, key="a-key", secret=API_SECRET):
    type_into(page.form.api_key, key)
    type_into(secret_line(page), secret)


def test_the_secret_goes_to_the_keyring_and_never_to_the_file(house, type_into):
    dialog = house.open()
    fill_in(dialog.account_page, type_into, secret=f" {API_SECRET} ")
    dialog.bar.save_button.click()
    (account,) = house.store.load().accounts
    assert account.api_key == "a-key"
    assert account.api_url == DEFAULT_API_URL
    assert house.keyring.value(account.secret_name) == API_SECRET
    for path in house.path.parent.iterdir():
        assert API_SECRET.encode() not in path.read_bytes()


def test_a_saved_secret_is_never_shown_again(house, type_into):
    house.fill()
    page = house.open().account_page
    assert page.form.secret.shown == "•••• saved in the keyring"
    assert "keyring" in page.form.where.text()
    everything = [line.text() for line in page.findChildren(QLineEdit)]
    assert not any(API_SECRET in text for text in everything)


def test_what_was_typed_is_gone_from_the_field_after_saving(house, type_into):
    dialog = house.open()
    fill_in(dialog.account_page, type_into)
    dialog.bar.save_button.click()
    assert secret_line(dialog.account_page).text() == ""
    assert not dialog.account_page.is_dirty()


def test_a_secret_is_masked_while_it_is_typed(house, type_into):
    page = house.open().account_page
    type_into(secret_line(page), API_SECRET)
    assert page.form.secret.shown != API_SECRET
    assert len(page.form.secret.shown) == len(API_SECRET)


def test_a_secret_is_replaced_or_kept_as_the_person_says(house, type_into):
    house.fill()
    dialog = house.open()
    page = dialog.account_page
    replace = page.form.secret._button
    replace.click()
    type_into(secret_line(page), "another")
    assert page.is_dirty()
    replace.click()
    assert not page.is_dirty()
    replace.click()
    type_into(secret_line(page), "another")
    dialog.bar.save_button.click()
    assert house.keyring.value("account/account-1/api-secret") == "another"


def test_an_untouched_form_does_not_complain_until_saving_is_tried(house):
    dialog = house.open()
    form = dialog.account_page.form
    assert form.remarks_of("api_key") == ""
    dialog.account_page.save()
    assert form.remarks_of("api_key").startswith("Error: ")
    assert "API secret is missing" in form.remarks_of("secret")
    assert not house.path.exists()


def test_save_names_the_field_at_fault_and_leads_to_it(house, type_into, qtbot):
    dialog = house.open()
    page = dialog.account_page
    fill_in(page, type_into, key="has blanks")
    assert not dialog.bar.save_button.isEnabled()
    assert "API key" in dialog.bar.fault_button.text()
    dialog.bar.fault_button.click()
    qtbot.waitUntil(page.form.api_key.hasFocus)


@pytest.mark.parametrize(("url", "is_fine"), [("http://example.com", False), ("http://127.0.0.1:8080", True)])
def test_the_api_url_must_be_https_or_this_computer(house, type_into, url, is_fine):
    house.fill()
    dialog = house.open()
    form = dialog.account_page.form
    form.advanced.click()
    type_into(form.api_url, url)
    assert dialog.bar.save_button.isEnabled() is is_fine


# --- the check -----------------------------------------------------------------------------------------


def test_a_check_shows_plan_and_quota(house):
    house.fill()
    page = house.open().account_page
    page.check_button.click()
    assert "Advanced" in page.quota.text
    assert "active" in page.quota.text
    assert "1.0 kB of 5.0 kB used, 4.0 kB left" in page.quota.text
    assert page.quota.findChild(QProgressBar).value() == 200
    assert house.asked[0][1] is None


def test_a_check_uses_the_secret_that_is_typed_but_not_saved(house, type_into):
    page = house.open().account_page
    fill_in(page, type_into)
    page.check_button.click()
    assert house.asked[0][1] == API_SECRET
    assert not house.path.exists()


@pytest.mark.parametrize(
    ("total", "used", "remaining", "told", "has_bar"),
    [
        (100_000_000, 130_000_000, -30_000_000, "over the quota by 30.0 MB", True),
        (0, 12_000, 0, "12.0 kB used; the plan names no quota", False),
        (64_424_509_440, 60_000_000_000, 4_424_509_440, "60.0 GB of 64.4 GB used, 4.4 GB left", True),
    ],
)
def test_strange_quotas(house, total, used, remaining, told, has_bar):
    house.fill()
    house.status = AccountStatus(
        active=False, plan_name="", quota_total=total, quota_used=used, quota_remaining=remaining
    )
    page = house.open().account_page
    page.check_button.click()
    assert told in page.quota.text
    assert "not active" in page.quota.text
    assert page.quota.findChild(QProgressBar).isVisible() is has_bar


def test_a_wrong_key_is_explained(house):
    house.fill()
    house.status = BadCredentialsError(status=401, said="Unknown API Key")
    page = house.open().account_page
    page.check_button.click()
    wanted = house.words.error(house.status)
    assert wanted.what in page.result.text
    assert wanted.remedy in page.result.text
    assert page.quota.text == ""


@pytest.mark.expect_log("unexpected ValueError")
def test_an_unexpected_error_is_told_without_its_text(house, caplog):
    house.fill()
    house.status = ValueError(API_SECRET)
    page = house.open().account_page
    page.check_button.click()
    assert page.result.text
    assert API_SECRET not in page.result.text
    assert API_SECRET not in caplog.text


def test_a_check_shows_that_it_runs_and_editing_makes_its_answer_void(house, type_into):
    house.fill()
    page = house.open().account_page
    house.steps.at_once = False
    page.check_button.click()
    assert page._asking.is_asking
    page.check_button.click()
    assert len(house.steps.waiting) == 1
    type_into(page.form.api_key, "another-key")
    assert not page._asking.is_asking
    house.steps.step()
    assert page.quota.text == ""


def test_an_answer_after_the_dialog_is_gone_is_dropped(house, qtbot):
    house.fill()
    dialog = house.open()
    house.steps.at_once = False
    dialog.account_page.check_button.click()
    with qtbot.waitSignal(dialog.destroyed):
        dialog.reject()
    house.steps.step()


# --- the keyring ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("problem", [NoKeyringError("none"), KeyringLocked("locked")])
def test_without_a_keyring_the_secret_is_kept_for_this_session_if_the_person_says_so(house, type_into, problem):
    house.keyring.problem = problem
    dialog = house.open()
    page = dialog.account_page
    assert page.notice.isVisible()
    fill_in(page, type_into)
    dialog.bar.save_button.click()
    assert not house.path.exists()
    press(page.notice, "Keep for this session only")
    (account,) = house.store.load().accounts
    assert house.secrets.api_secret(account) == API_SECRET
    assert house.keyring.entries == {}
    assert not page.notice.isVisible()
    assert page.form.secret.shown == "•••• kept for this session"
    assert "this session" in page.form.where.text()


def test_try_again_saves_once_the_keyring_is_unlocked(house, type_into):
    house.keyring.problem = KeyringLocked("locked")
    dialog = house.open()
    fill_in(dialog.account_page, type_into)
    dialog.bar.save_button.click()
    house.keyring.problem = None
    press(dialog.account_page.notice, "Retry")
    (account,) = house.store.load().accounts
    assert house.keyring.value(account.secret_name) == API_SECRET


def test_a_locked_keyring_does_not_make_a_saved_account_look_empty(house, type_into):
    house.fill()
    house.secrets.reread()
    house.keyring.problem = KeyringLocked("locked")
    dialog = house.open()
    type_into(dialog.account_page.form.api_key, "another-key")
    dialog.bar.save_button.click()
    assert house.store.load().accounts[0].api_key == "another-key"


def test_a_slow_keyring_blocks_nothing_and_what_is_typed_meanwhile_stays(house, type_into):
    house.fill()
    house.steps.at_once = False
    page = house.open().account_page
    assert secret_line(page).placeholderText() == "Looking in the keyring…"
    type_into(secret_line(page), "typed-meanwhile")
    house.steps.step()
    assert page.form.secret.typed == "typed-meanwhile"


def test_the_environment_goes_first_and_a_new_account_refers_to_it(house, type_into):
    house.environ["KRAKEN_API_SECRET"] = API_SECRET
    dialog = house.open()
    page = dialog.account_page
    assert "KRAKEN_API_SECRET" in page.form.where.text()
    type_into(page.form.api_key, "a-key")
    dialog.bar.save_button.click()
    assert house.store.load().accounts[0].source is CredentialSource.ENVIRONMENT
    assert house.keyring.entries == {}


def test_a_saved_account_keeps_its_keyring_entry_when_the_environment_goes_first_today(house, type_into):
    house.fill()
    house.environ["KRAKEN_API_SECRET"] = "for today"
    dialog = house.open()
    type_into(dialog.account_page.form.api_key, "another-key")
    dialog.bar.save_button.click()
    assert house.store.load().accounts[0].source is CredentialSource.KEYRING


# --- removing and adding -------------------------------------------------------------------------------


def test_removing_asks_first_and_takes_the_secret_along(house):
    house.fill("Blog")
    dialog = house.open()
    page = dialog.account_page
    page.remove_button.click()
    assert "Blog" in house.question(dialog).informativeText()
    house.answer(dialog, "Cancel")
    assert len(house.store.load().accounts) == 1
    page.remove_button.click()
    house.answer(dialog, "Remove")
    settings = house.store.load()
    assert settings.accounts == ()
    assert settings.profiles[0].account_id is None
    assert house.keyring.value("account/account-1/api-secret") is None


def test_the_first_account_is_given_to_profiles_that_have_none(house, type_into):
    house.fill("Blog", account=False)
    dialog = house.open()
    fill_in(dialog.account_page, type_into)
    dialog.bar.save_button.click()
    settings = house.store.load()
    assert settings.profiles[0].account_id == settings.accounts[0].id


def test_a_second_account_gets_a_name_of_its_own_and_can_be_picked(house, type_into):
    house.fill()
    dialog = house.open()
    page = dialog.account_page
    page.another_button.click()
    fill_in(page, type_into, key="second-key")
    dialog.bar.save_button.click()
    assert [account.name for account in house.store.load().accounts] == ["Kraken.io", "Kraken.io 2"]
    assert page._picker.isVisible()
    page._picker.setCurrentIndex(0)
    page._picker.activated.emit(0)
    assert page.form.api_key.text() == "a-key"


def test_a_network_error_is_tried_again(house):
    house.fill()
    good, house.status = house.status, NameLookupError(host="api.kraken.io")
    page = house.open().account_page
    page.check_button.click()
    house.status = good
    press(page.result, "Retry")
    assert "Advanced" in page.quota.text
    assert page.result.text == ""


# --- the largest file ----------------------------------------------------------------------------------


def learn_limit(house, limit=32_000_000):
    house.store.update(lambda now: now.with_account(replace(now.accounts[0], file_limit=limit)))


def test_the_largest_file_is_told_until_the_key_pair_is_checked(house):
    house.fill()
    learn_limit(house)
    dialog = house.open()
    page = dialog.account_page
    assert page.limit.isVisible()
    assert page.limit.text().startswith("Largest file: 32.0 MB, as Kraken.io told.")
    page.check_button.click()
    assert house.store.load().accounts[0].file_limit is None
    assert not page.limit.isVisible()
    assert not page.is_dirty()


def test_a_check_that_fails_forgets_nothing(house):
    house.fill()
    learn_limit(house)
    house.status = NameLookupError(host="api.kraken.io")
    page = house.open().account_page
    page.check_button.click()
    assert house.store.load().accounts[0].file_limit == 32_000_000
    assert page.limit.isVisible()


def test_another_key_pair_has_another_limit(house, type_into):
    house.fill()
    learn_limit(house)
    dialog = house.open()
    type_into(dialog.account_page.form.api_key, "another-key")
    assert not dialog.account_page.limit.isVisible()
    dialog.bar.save_button.click()
    assert house.store.load().accounts[0].file_limit is None
