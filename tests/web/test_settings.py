"""Settings: four layers, a closed key set, an origin for each value, and no insecure production."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner

from web.cli import footnote
from web.cli.serve import _warn_of_numbers
from web.colour import contrast
from web.settings import ServiceSettings, SettingsError, check, documentation, keys, load_settings


def test_later_layers_win_and_each_value_knows_its_origin(tmp_path: Path) -> None:
    file = tmp_path / "footnote.toml"
    file.write_text('site_name = "From file"\nregion = "uk"\nport = 1\n')
    loaded = load_settings(file, {"FOOTNOTE_REGION": "us", "FOOTNOTE_PORT": "2"}, {"port": "3", "host": None})
    assert (loaded.settings.site_name, loaded.settings.region, loaded.settings.port) == ("From file", "us", 3)
    assert loaded.origins["site_name"] == "footnote.toml"
    assert loaded.origins["region"] == "environment"
    assert loaded.origins["port"] == "flag"
    assert loaded.origins["host"] == "default"


def test_lists_may_be_written_with_commas(tmp_path: Path) -> None:
    loaded = load_settings(None, {"FOOTNOTE_ALLOWED_ORIGINS": "https://a.example, https://b.example"})
    assert loaded.settings.allowed_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rate_per_minut = 3", "unknown setting 'rate_per_minut'"),
        ("[limits]\nrate = 3", "unknown setting 'limits'"),
        ('port = "eighty"', "setting 'port': Expected `int`"),
        ("port = ", "not valid TOML"),
        ('mode = "careless"', "setting 'mode'"),
        ("rate_per_minute = 0", "rate_per_minute: must be more than 0"),
        ('allowed_origins = ["https://a.example/path"]', "is no origin"),
        ('allowed_origins = ["*"]', "is no origin"),
        ('accent = "#ffee88"', "against white"),
        ('accent = "red; } * {"', "is no colour"),
        ('contact_url = "javascript:alert(1)"', "is no https, mailto or tel link"),
        ("ipv6_prefix = 200", "ipv6_prefix"),
        ("port = 70000", "port: must be between 1 and 65535"),
        ("port = 0", "port: must be between 1 and 65535"),
        ('mode = "production"', "footnote.toml: mode = production: region is not set"),
        ("rate_per_day = 0", "footnote.toml: rate_per_day: must be more than 0"),
        ('trusted_proxies = ["my-proxy"]', "is no address or network"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_key(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "footnote.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=message.replace("(", r"\(").replace("*", r"\*")):
        load_settings(file)


def test_a_misspelt_variable_is_an_error_but_those_of_tests_are_not() -> None:
    with pytest.raises(SettingsError, match="environment: unknown setting 'regoin'"):
        load_settings(None, {"FOOTNOTE_REGOIN": "uk"})
    load_settings(None, {"FOOTNOTE_SHARED": "/x", "FOOTNOTE_CHROMIUM": "/x", "PATH": "/bin"})


def test_a_settings_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such settings file"):
        load_settings(tmp_path / "none.toml")
    with pytest.raises(SettingsError, match="no such settings file"):
        load_settings(None, {"FOOTNOTE_CONFIG": str(tmp_path / "none.toml")})


def test_a_settings_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    file = tmp_path / "footnote.toml"
    file.touch()
    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(SettingsError, match=r"footnote\.toml: cannot be read \(Permission denied\)"):
        load_settings(file)


def test_production_refuses_unfinished_and_insecure_settings() -> None:
    finished = {"mode": "production", "region": "uk", "allowed_hosts": ("a.example",), "contact": "Call us."}
    check(ServiceSettings(**finished))  # type: ignore[arg-type]  # a mapping of mixed values
    for missing in ("region", "allowed_hosts", "contact"):
        rest = {key: value for key, value in finished.items() if key != missing}
        with pytest.raises(SettingsError, match=missing):
            check(ServiceSettings(**rest))  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="is not https"):
        check(ServiceSettings(**finished, allowed_origins=("http://b.example",)))  # type: ignore[arg-type]


def test_several_proxies_may_be_trusted() -> None:
    check(ServiceSettings(trusted_proxies=("127.0.0.1", "10.0.0.0/8", "fd00::/8")))


def test_every_setting_is_described() -> None:
    assert all(documentation(key).endswith(".") for key in keys())


def test_the_command_prints_every_setting_with_its_origin(tmp_path: Path) -> None:
    file = tmp_path / "footnote.toml"
    file.write_text('region = "uk"\n')
    shown = CliRunner().invoke(footnote, ["settings", "--config", str(file), "--explain"])
    assert shown.exit_code == 0
    assert "uk  (footnote.toml)" in shown.output
    as_json = CliRunner().invoke(footnote, ["settings", "--config", str(file), "--json"])
    assert set(json.loads(as_json.output)) == set(keys())


def test_contrast_is_counted_as_the_guideline_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#777", "#ffffff") is None


@pytest.mark.parametrize(("mode", "warned"), [("production", True), ("development", False)])
def test_serving_in_production_warns_of_numbers_that_nobody_verified(
    mode: Literal["production", "development"], warned: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    _warn_of_numbers(ServiceSettings(mode=mode, region="us"))
    told = capsys.readouterr().err
    assert ("4 telephone numbers of region 'us' were never verified" in told) is warned
