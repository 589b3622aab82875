from __future__ import annotations

import dataclasses

import pytest

from kraken_desktop.cli.profile import option_of
from kraken_desktop.cli.program import build_parser
from kraken_desktop.model.errors import ProfileInvalidError, SourceMissingError
from kraken_desktop.model.job import Failure
from kraken_desktop.model.profile import Profile


def fault(field: str) -> Failure:
    return Failure.of(ProfileInvalidError(profile="web", field=field, problem="bucket.empty"))


@pytest.mark.parametrize(
    ("field", "option"),
    [("bucket", "--bucket"), ("public_url", "--public-url"), ("path_template", "--path"), ("tags", "--tag"),
     ("credentials", "--access-key"), ("account_id", ""), ("name", "")],
)  # fmt: skip
def test_the_option_that_mends_a_field(field: str, option: str) -> None:
    assert option_of(fault(field)) == option


def test_other_failures_have_none() -> None:
    assert option_of(Failure.of(SourceMissingError(path="a.png"))) == ""


def test_every_option_that_is_named_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    fields = [each.name for each in dataclasses.fields(Profile)]
    options = [option for field in fields if (option := option_of(fault(field)))]
    assert len(options) > 10
    for option in options:
        with pytest.raises(SystemExit):
            build_parser().parse_args(["profile", "edit", "web", option])
        assert f"{option}: expected one argument" in capsys.readouterr().err
