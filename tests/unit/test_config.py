"""Settings come out of the environment, are judged at once, and are all told in README."""

import re
from pathlib import Path

import pytest

from railtrack.config import Settings, WrongSetting, table

KEY = "0123456789abcdef" * 2


def test_nothing_set_serves_this_machine_from_the_users_data_folder() -> None:
    settings = Settings.from_env({})
    assert settings.is_local
    assert not settings.is_secure
    assert settings.public_overview
    assert settings.tile_url == ""
    assert settings.database_url.startswith("sqlite:///")
    assert settings.database_url.endswith("railtrack.sqlite")


def test_each_variable_reaches_its_setting() -> None:
    settings = Settings.from_env(
        {
            "RAILTRACK_DATABASE_URL": "postgresql://localhost/railtrack",
            "RAILTRACK_SECRET_KEY": KEY,
            "RAILTRACK_BASE_URL": "https://railtrack.example.org/",
            "RAILTRACK_TILE_URL": "https://tiles.example.org/{z}/{x}/{y}.png",
            "RAILTRACK_PUBLIC_OVERVIEW": "0",
            "RAILTRACK_MAX_UPLOAD_MB": "5",
            "RAILTRACK_LOG_LEVEL": "Debug",
        }
    )
    assert settings.database_url == "postgresql://localhost/railtrack"
    assert settings.base_url == "https://railtrack.example.org"
    assert settings.is_secure
    assert not settings.is_local
    assert not settings.public_overview
    assert settings.max_upload_mb == 5
    assert settings.log_level == "debug"


def test_an_empty_variable_counts_as_not_given() -> None:
    assert Settings.from_env({"RAILTRACK_MAX_UPLOAD_MB": " ", "RAILTRACK_SECRET_KEY": ""}) == Settings.from_env({})


def test_a_mail_server_needs_an_address_mails_come_from_and_its_password_is_not_repeated() -> None:
    server = {"RAILTRACK_SMTP_URL": "smtp://u:secret@mail.example.org:587"}
    with pytest.raises(WrongSetting, match="RAILTRACK_MAIL_FROM must be an e-mail address"):
        Settings.from_env(server)
    settings = Settings.from_env({**server, "RAILTRACK_MAIL_FROM": "railtrack@example.org"})
    assert settings.sends_mail
    assert not Settings.from_env({}).sends_mail
    with pytest.raises(WrongSetting) as told:
        Settings.from_env({"RAILTRACK_SMTP_URL": "smtp://u:secret@mail.example.org:x"})
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8001", "[::1]:8000"])
def test_a_local_address_needs_no_key(host: str) -> None:
    assert Settings.from_env({"RAILTRACK_BASE_URL": f"http://{host}"}).is_local


def test_another_address_needs_a_key() -> None:
    with pytest.raises(WrongSetting, match=r"RAILTRACK_SECRET_KEY must be set .*railtrack\.example\.org"):
        Settings.from_env({"RAILTRACK_BASE_URL": "https://railtrack.example.org"})


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("RAILTRACK_BASE_URL", "railtrack.example.org", "must be an address"),
        ("RAILTRACK_BASE_URL", "ftp://railtrack.example.org", "must be an address"),
        ("RAILTRACK_SECRET_KEY", "k" * 31, "at least 32 characters"),
        ("RAILTRACK_TILE_URL", "https://tiles.example.org/{z}/{x}.png", "{z}, {x} and {y}"),
        ("RAILTRACK_PUBLIC_OVERVIEW", "perhaps", "is 1 or 0, not perhaps"),
        ("RAILTRACK_MAX_UPLOAD_MB", "0", "whole number from 1, not 0"),
        ("RAILTRACK_MAX_UPLOAD_MB", "-3", "whole number from 1"),
        ("RAILTRACK_MAX_UPLOAD_MB", "1.5", "whole number from 1"),
        ("RAILTRACK_MAX_UPLOAD_MB", "٣", "whole number from 1"),
        ("RAILTRACK_LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("RAILTRACK_SMTP_URL", "mail.example.org", "smtp://user:password@host:587"),
        ("RAILTRACK_SMTP_URL", "smtp://u:secret@mail.example.org:x", "smtp://user:password@host:587"),
        ("RAILTRACK_SMTP_URL", "smtp://mail.example.org?tls=maybe", "smtp://user:password@host:587"),
        ("RAILTRACK_SMTP_URL", "smtp://", "smtp://user:password@host:587"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_the_variables_name(variable: str, value: str, sentence: str) -> None:
    with pytest.raises(WrongSetting) as told:
        Settings.from_env({variable: value})
    assert variable in str(told.value)
    assert sentence in str(told.value)


def test_readme_tells_every_setting_with_its_default() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"(?m)^\| `(RAILTRACK_\w+)` \| (.+?) \| (.+?) \|$", readme)
    assert told == table()
