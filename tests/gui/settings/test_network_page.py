from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from keyring.errors import KeyringLocked

from kraken_desktop.gui.settings.speed_field import Speed, Unit
from kraken_desktop.model.errors import NameLookupError, ProxyRefusedError, SecretMissingError
from kraken_desktop.model.settings import PROXY_SECRET, Network, ProxyMode
from kraken_desktop.network_access import Reached
from tests.gui.settings.conftest import House, press

MANUAL = Network(proxy=ProxyMode.MANUAL, proxy_url="http://proxy.example:3128", proxy_user="mona")


@pytest.fixture
def company(tmp_path: Path) -> str:
    path = tmp_path / "company.pem"
    trustme.CA(organization_unit_name="Company Root").cert_pem.write_to_path(str(path))
    return str(path)


def keep(house: House, network: Network) -> None:
    house.store.update(lambda now: replace(now, preferences=replace(now.preferences, network=network)))


def saved(house: House) -> Network:
    return house.store.load().preferences.network


def choose(page, mode: ProxyMode) -> None:
    page.form.proxy.button_of(mode).click()


def test_a_proxy_with_its_password_is_saved(house: House, type_into) -> None:
    dialog = house.open("network")
    page = dialog.network_page
    form = page.form
    assert not form.is_field_visible("proxy_url")
    choose(page, ProxyMode.MANUAL)
    type_into(form.proxy_url, "proxy.example:3128")
    assert not form.is_field_visible("proxy_password")
    type_into(form.proxy_user, "mona")
    assert form.is_field_visible("proxy_password")
    type_into(form.password.focusProxy(), "hunter2")
    dialog.bar.save_button.click()
    assert saved(house) == MANUAL
    assert house.keyring.value(PROXY_SECRET) == "hunter2"
    assert "hunter2" not in house.path.read_text()
    assert form.password.shown == "•••• saved in the keyring"
    assert "The proxy gets to see it, and nobody else." in form.where.text()
    assert not page.is_dirty()
    assert dialog.bar.status.text() == "Saved."


def test_a_proxy_that_is_none_is_not_saved(house: House, type_into) -> None:
    dialog = house.open("network")
    page = dialog.network_page
    choose(page, ProxyMode.MANUAL)
    page.save()
    assert page.form.remarks_of("proxy_url").startswith("Error: The address of the proxy is missing.")
    type_into(page.form.proxy_url, "https://me:hunter2@proxy:1")
    page.save()
    assert "cannot be used" in page.form.remarks_of("proxy_url")
    assert saved(house) == Network()


def test_a_missing_password_is_named_at_its_field(house: House) -> None:
    keep(house, MANUAL)
    page = house.open("network").network_page
    page.lead_to("", "proxy_password")
    assert page.form.remarks_of("proxy_password") == "Error: The password of the proxy is missing. Paste it here."


def test_who_needs_no_password_is_not_asked_for_the_keyrings(house: House) -> None:
    house.keyring.problem = KeyringLocked("locked")
    page = house.open("network").network_page
    assert page.notice.text == ""
    choose(page, ProxyMode.MANUAL)
    page.form.proxy_user.setText("mona")
    page.form.proxy_user.textEdited.emit("mona")
    assert page.notice.text.startswith("The keyring is locked.")


def test_without_a_keyring_the_password_is_kept_for_the_session(house: House, type_into) -> None:
    house.keyring.problem = KeyringLocked("locked")
    dialog = house.open("network")
    page = dialog.network_page
    choose(page, ProxyMode.MANUAL)
    type_into(page.form.proxy_url, "proxy.example:3128")
    type_into(page.form.proxy_user, "mona")
    press(page.notice, "Keep for this session only")
    type_into(page.form.password.focusProxy(), "hunter2")
    page.save()
    assert saved(house) == MANUAL
    assert house.secrets.proxy_password() == "hunter2"
    assert house.keyring.entries == {}


def test_of_many_authorities_the_first_ones_are_named(house: House, tmp_path: Path, type_into) -> None:
    path = tmp_path / "many.pem"
    made = [trustme.CA(organization_name=f"O{number}") for number in range(5)]
    path.write_bytes(b"".join(each.cert_pem.bytes() for each in made))
    page = house.open("network").network_page
    type_into(page.form.ca_file.line, str(path))
    page.look_at_file()
    assert re.fullmatch(r"Trusted as well: [^,]+, [^,]+, [^,]+ and 2 more", page.form.told.text())


def test_a_file_of_certificates_says_whom_it_trusts(house: House, company: str, type_into) -> None:
    page = house.open("network").network_page
    type_into(page.form.ca_file.line, company)
    page.look_at_file()
    assert page.form.told.text() == "Trusted as well: Company Root"
    page.save()
    assert saved(house).ca_file == company
    type_into(page.form.ca_file.line, "/gone.pem")
    assert page.form.told.isHidden()
    page.save()
    assert page.form.remarks_of("ca_file").startswith(
        "Error: This file cannot be used. There is no such file (any more)"
    )
    assert page.fault() == "Additional certificates"
    assert saved(house).ca_file == company
    page.discard()
    assert page.form.ca_file.path == company


def test_a_file_that_is_gone_is_told_when_the_page_is_opened(house: House, tmp_path: Path) -> None:
    keep(house, Network(ca_file=str(tmp_path / "gone.pem")))
    page = house.open("network").network_page
    assert "There is no such file (any more)" in page.form.remarks_of("ca_file")


def test_the_test_takes_what_is_not_saved_yet(house: House, type_into) -> None:
    page = house.open("network").network_page
    choose(page, ProxyMode.MANUAL)
    type_into(page.form.proxy_url, "proxy.example:3128")
    type_into(page.form.proxy_user, "mona")
    type_into(page.form.password.focusProxy(), "hunter2")
    login = ProxyRefusedError(host="s3.example", proxy="proxy.example:3128", problem="login", status=407)
    house.reached = (
        Reached(url="https://api.kraken.io"),
        Reached(url="https://s3.example/b/", error=login),
        Reached(url="https://s4.example/b/", error=NameLookupError(host="s4.example")),
    )
    page.try_button.click()
    assert house.tried == [(MANUAL, "hunter2")]
    assert saved(house) == Network()
    told = page.result.text
    assert told.startswith("api.kraken.io answers. The proxy proxy.example:3128 wants a user name and a password.")
    assert "s4.example was not found." in told
    assert "hunter2" not in told
    type_into(page.form.proxy_user, "anna")
    assert page.result.text == ""


def test_the_test_waits_in_the_background(house: House) -> None:
    page = house.open("network").network_page
    house.steps.at_once = False
    house.reached = SecretMissingError(name=PROXY_SECRET)
    page.try_button.click()
    page.try_button.click()
    assert page.is_trying()
    house.steps.step()
    assert not page.is_trying()
    assert page.result.text.startswith("The password of the proxy is missing.")


def test_what_changed_elsewhere_is_shown(house: House) -> None:
    dialog = house.open("network")
    keep(house, replace(MANUAL, proxy_user=""))
    dialog.network_page.refresh(house.store.load())
    assert dialog.network_page.form.proxy_url.text() == "http://proxy.example:3128"
    assert not dialog.network_page.is_dirty()


@pytest.mark.usefixtures("translations")
def test_a_speed_limit_is_chosen_and_given_up(house: House) -> None:
    dialog = house.open("network")
    page, field = dialog.network_page, dialog.network_page.form.upload_limit
    assert not field.number.isVisibleTo(page)
    field.speed.button_of(Speed.LIMITED).click()
    assert field.number.isVisibleTo(page)
    field.number.setValue(250)
    assert field.meaning.text() == "A photo of 5 MB then takes 20 seconds."
    dialog.bar.save_button.click()
    assert saved(house) == Network(upload_limit=250_000)
    assert not page.is_dirty()
    field.unit.set_value(Unit.MEGA)
    field.unit.activated.emit(1)
    assert field.meaning.text() == "A photo of 5 MB then takes 1 second."
    dialog.bar.save_button.click()
    assert saved(house) == Network(upload_limit=250_000_000)
    field.speed.button_of(Speed.FREE).click()
    dialog.bar.save_button.click()
    assert saved(house) == Network()


@pytest.mark.usefixtures("translations")
def test_a_speed_that_is_too_low_is_not_saved(house: House) -> None:
    page = house.open("network").network_page
    page.form.upload_limit.speed.button_of(Speed.LIMITED).click()
    page.form.upload_limit.number.setValue(5)
    page.save()
    told = "Error: 5 kB/s is too slow for uploads. Servers give up an upload that hardly moves. Allow at least 10 kB/s."
    assert page.form.remarks_of("upload_limit") == told
    assert page.form.upload_limit.meaning.text() == "A photo of 5 MB then takes 17 minutes."
    assert saved(house) == Network()


@pytest.mark.parametrize(("limit", "shown"), [(1_234_567, (1235, Unit.KILO)), (3_000_000, (3, Unit.MEGA))])
def test_a_speed_from_elsewhere_is_shown_and_kept(house: House, limit: int, shown: tuple[int, Unit]) -> None:
    keep(house, Network(upload_limit=limit))
    page = house.open("network").network_page
    assert (page.form.upload_limit.number.value(), page.form.upload_limit.unit.value) == shown
    assert not page.is_dirty()
    assert page.form.network() == Network(upload_limit=limit)
