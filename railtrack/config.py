"""Settings: `RAILTRACK_*` environment variables, read once at the start into one frozen value.

Every setting stands in README's table (a test compares). An empty variable counts as not given, so that
`RAILTRACK_TILE_URL= make run` switches the tile layer off. What is wrong is said with the variable's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs

from railtrack.domain.actors import Role
from railtrack.domain.errors import RailtrackError
from railtrack.domain.messages import say
from railtrack.domain.rights import keeps_accounts
from railtrack.domain.signing_in import SecondFactorRule

LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
_YES, _NO = ("1", "yes", "true", "on"), ("0", "no", "false", "off")


class WrongSetting(RailtrackError):
    """A `RAILTRACK_*` variable cannot be understood, or one that is needed is missing."""


def default_database_url() -> str:
    """SQLite in the platform's folder for this user's data, never inside the checkout."""
    return f"sqlite:///{Path(platformdirs.user_data_dir('railtrack', appauthor=False)) / 'railtrack.sqlite'}"


def _setting(default: Any, meaning: str, *, least: int | None = None) -> Any:
    return field(default=default, metadata={"meaning": meaning, "least": least})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an operator can set. `meaning` in the metadata is what README says of each."""

    database_url: str = field(
        default_factory=default_database_url,
        metadata={"meaning": "Where the records live: `sqlite:///FILE` or `postgresql://…`", "least": None},
    )
    secret_key: str = _setting(
        "", "Signs sessions. Needed unless the address is local; there one is made once and kept in the database"
    )
    base_url: str = _setting(
        "http://127.0.0.1:8000", "Address users type; links in mail and the set-up link start with it"
    )
    tile_url: str = _setting("", "Online map tiles, `https://…/{z}/{x}/{y}.png`. Empty: the base map is drawn by us")
    tile_attribution: str = _setting("", "Credit line the tile provider asks for")
    nominatim_url: str = _setting("", "Address of a Nominatim server for place names. Empty: our stations only")
    smtp_url: str = _setting(
        "",
        "Mail server: `smtp://USER:PASSWORD@HOST:587` (STARTTLS is insisted on), `smtps://…`, or "
        "`smtp://HOST?tls=none`. Empty: no mail is sent, links are shown to be passed on",
    )
    mail_from: str = _setting("", "Address mails come from, such as `railtrack@example.org`; needed with a mail server")
    public_overview: bool = _setting(True, "`0` asks to sign in before the first page is shown")
    max_upload_mb: int = _setting(32, "Largest file that can be uploaded, in megabytes", least=1)
    max_rows: int = _setting(200_000, "Most rows one file may have", least=1)
    session_hours: int = _setting(
        12,
        "Hours after which one has to sign in again; 30 days where one chose *Stay signed in on this device*",
        least=1,
    )
    retention_addresses_days: int = _setting(
        90, "Days network addresses are kept, of sign-ins and of entries in the audit", least=1
    )
    retention_uploads_days: int = _setting(
        30, "Days what came of an uploaded file is kept with its refused rows; never more than 30", least=1
    )
    retention_drafts_days: int = _setting(365, "Days a draft is kept after it was last saved", least=1)
    retention_links_days: int = _setting(
        90, "Days a shared link stays in its owner's list after it has run out or was withdrawn", least=1
    )
    require_second_factor: str = _setting(
        "",
        "Who must have a second factor or a passkey: `administrators`, `everybody`, `nobody`. "
        "Empty: administrators, on a local address nobody",
    )
    oidc_issuer: str = _setting("", "Identity provider for single sign-on by OpenID Connect, `https://…`. Empty: none")
    oidc_client_id: str = _setting("", "What railtrack is called at the identity provider")
    oidc_client_secret: str = _setting("", "The secret the identity provider gave railtrack")
    oidc_name: str = _setting("", "What the button calls the identity provider. Empty: its host")
    oidc_new_role: str = _setting(
        "", "Role of whoever comes from the identity provider without an account. Empty: only existing accounts open"
    )
    oidc_new_organisation: str = _setting("", "Organisation of such new accounts")
    operator_name: str = _setting("", "Who runs this installation, for the imprint and the page on accessibility")
    operator_address: str = _setting("", "Where the operator can be served with papers; `;` between lines")
    operator_email: str = _setting("", "Address the operator answers at")
    operator_phone: str = _setting("", "Telephone number of the operator")
    operator_responsible: str = _setting("", "Person responsible for the content, with address if it is another")
    operator_register: str = _setting(
        "", "Register with number, VAT number, supervising authority, as far as there are"
    )
    enforcement_body: str = _setting(
        "", "Conciliation body for accessibility where a public body runs it; `;` between lines"
    )
    webhook_networks: str = _setting(
        "", "Networks inside the house that webhooks may reach, such as `10.1.0.0/16`. Empty: public addresses only"
    )
    trusted_proxies: int = _setting(0, "Reverse proxies in front, whose `X-Forwarded-…` headers are believed", least=0)
    log_level: str = _setting("info", "How much is logged: `debug`, `info`, `warning`, `error`")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings out of `environ`; raises `WrongSetting` naming the variable."""
        given: dict[str, Any] = {}
        for item in fields(cls):
            text = environ.get(variable(item.name), "").strip()
            if text:
                given[item.name] = _parse(item.name, item.type, text, item.metadata["least"])
        settings = cls(**given)
        settings._check()
        return settings

    def _check(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise WrongSetting(
                say(
                    "%(name)s must be an address such as https://railtrack.example.org, not %(value)s.",
                    name=variable("base_url"),
                    value=self.base_url,
                )
            )
        if self.tile_url and not all(place in self.tile_url for place in ("{z}", "{x}", "{y}")):
            raise WrongSetting(say("%(name)s needs the places {z}, {x} and {y}.", name=variable("tile_url")))
        _check_mail(self.smtp_url, self.mail_from)
        if self.log_level not in ("debug", "info", "warning", "error"):
            raise WrongSetting(
                say(
                    "%(name)s is debug, info, warning or error, not %(value)s.",
                    name=variable("log_level"),
                    value=self.log_level,
                )
            )
        if not self.is_local and not self.secret_key:
            raise WrongSetting(
                say(
                    "%(name)s must be set when railtrack is reached as %(address)s. "
                    "Make one with: python -c 'import secrets; print(secrets.token_hex(32))'",
                    name=variable("secret_key"),
                    address=self.base_url,
                )
            )
        self._check_sign_in()
        _check_networks(self.webhook_networks)
        if self.secret_key and len(self.secret_key) < 32:
            raise WrongSetting(say("%(name)s needs at least 32 characters.", name=variable("secret_key")))

    def _check_sign_in(self) -> None:
        if self.require_second_factor not in ("", *SecondFactorRule):
            raise WrongSetting(
                say(
                    "%(name)s is administrators, everybody or nobody, not %(value)s.",
                    name=variable("require_second_factor"),
                    value=self.require_second_factor,
                )
            )
        given = [name for name in ("oidc_issuer", "oidc_client_id", "oidc_client_secret") if getattr(self, name)]
        if given and len(given) < 3:
            missing = next(
                name for name in ("oidc_issuer", "oidc_client_id", "oidc_client_secret") if name not in given
            )
            raise WrongSetting(say("%(name)s must be set too for single sign-on to work.", name=variable(missing)))
        parts = urlsplit(self.oidc_issuer)
        if given and not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL_HOSTS)):
            raise WrongSetting(
                say(
                    "%(name)s must be an address that begins with https://, not %(value)s.",
                    name=variable("oidc_issuer"),
                    value=self.oidc_issuer,
                )
            )
        # nobody becomes an administrator by what another server says
        roles = [role.value for role in Role if not keeps_accounts(role)]
        if self.oidc_new_role not in ("", *roles):
            raise WrongSetting(
                say(
                    "%(name)s is one of %(known)s, not %(value)s.",
                    name=variable("oidc_new_role"),
                    known=", ".join(roles),
                    value=self.oidc_new_role,
                )
            )

    @property
    def second_factor_rule(self) -> SecondFactorRule:
        """Who must have a second factor. On one's own machine it is offered only, unless the operator says more."""
        if self.require_second_factor:
            return SecondFactorRule(self.require_second_factor)
        return SecondFactorRule.NOBODY if self.is_local else SecondFactorRule.ADMINISTRATORS

    @property
    def has_single_sign_on(self) -> bool:
        return bool(self.oidc_issuer)

    @property
    def oidc_title(self) -> str:
        """What people know the identity provider by."""
        return self.oidc_name or urlsplit(self.oidc_issuer).hostname or ""

    @property
    def sends_mail(self) -> bool:
        """Whether there is a mail server."""
        return bool(self.smtp_url)

    @property
    def is_local(self) -> bool:
        """Whether users reach railtrack only on the machine it runs on."""
        return urlsplit(self.base_url).hostname in LOCAL_HOSTS

    @property
    def is_secure(self) -> bool:
        """Whether users come by https, so that cookies can insist on it."""
        return urlsplit(self.base_url).scheme == "https"


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"RAILTRACK_{name.upper()}"


def table() -> list[tuple[str, str, str]]:
    """Variable, default and meaning of every setting, for README and `--help`."""
    rows = []
    for item in fields(Settings):
        if item.name == "database_url":
            default = "SQLite in the user's data folder"
        elif item.default == "":
            default = "empty"
        else:
            default = f"`{int(item.default) if isinstance(item.default, bool) else item.default}`"
        rows.append((variable(item.name), default, item.metadata["meaning"]))
    return rows


def _check_mail(smtp_url: str, mail_from: str) -> None:
    if not smtp_url:
        return
    try:
        parts = urlsplit(smtp_url)
        is_known = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
        is_known = is_known and parts.query in ("", "tls=starttls", "tls=none") and parts.path in ("", "/")
    except ValueError:  # a port that is no number
        is_known = False
    if not is_known:  # it holds a password, so it is not repeated
        raise WrongSetting(
            say("%(name)s must be an address such as smtp://user:password@host:587.", name=variable("smtp_url"))
        )
    if "@" not in mail_from.strip("@"):
        raise WrongSetting(
            say("%(name)s must be an e-mail address when there is a mail server.", name=variable("mail_from"))
        )


def _check_networks(text: str) -> None:
    for each in text.replace(",", " ").split():
        try:
            ip_network(each)
        except ValueError:
            raise WrongSetting(
                say(
                    "%(name)s is networks such as 10.1.0.0/16, not %(value)s.",
                    name=variable("webhook_networks"),
                    value=each,
                )
            ) from None


def _parse(name: str, kind: object, text: str, least: int | None) -> object:
    if kind is bool:
        if text.lower() not in _YES + _NO:
            raise WrongSetting(say("%(name)s is 1 or 0, not %(value)s.", name=variable(name), value=text))
        return text.lower() in _YES
    if kind is int:
        if not text.isascii() or not text.isdigit() or (least is not None and int(text) < least):
            raise WrongSetting(
                say(
                    "%(name)s is a whole number from %(least)s, not %(value)s.",
                    name=variable(name),
                    least=least,
                    value=text,
                )
            )
        return int(text)
    return (
        text.lower()
        if name in ("log_level", "require_second_factor", "oidc_new_role")
        else text.rstrip("/")
        if name.endswith("base_url")
        else text
    )
