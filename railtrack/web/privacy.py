"""What is stored about people: what, why, for how long and who sees it, as the privacy page says it.

Each column of each table that holds personal data stands at one place of the list; a test compares the two, so that a
new column needs its words before it can be stored.
"""

from dataclasses import dataclass

from railtrack.config import Settings
from railtrack.web.i18n import gettext

# columns that tie rows together or say where something stands, in every one of those tables
TIES = frozenset({"id", "user_id", "position", "state", "run", "kind", "ref", "salt", "is_proved", "attempts"})


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One thing that is stored; `columns` are named as `table.column`."""

    title: str
    what: str
    why: str
    how_long: str
    who: str
    columns: frozenset[str]


def kept(settings: Settings) -> list[Kept]:
    """Give all of it, in the reader's language."""
    until_erased = gettext("Until an administrator erases the account.")
    oneself = gettext("Oneself and administrators.")
    nobody = gettext("Nobody; the program compares it.")
    return [
        Kept(
            title=gettext("Account"),
            what=gettext(
                "E-mail address, name, role, organisations, language, how far one is in the tour, when it was made or "
                "ended, and the password as a hash that cannot be turned back.",
            ),
            why=gettext("To sign in, to say who recorded what, and to show what the role allows."),
            how_long=until_erased,
            who=gettext("Oneself and administrators; the address also whoever sees what one recorded."),
            columns=_columns(
                "users",
                "email email_key name role language created_at fs_uniquifier password active tour_step "
                "erased_at",
            )
            | _columns("memberships", "organisation_id"),
        ),
        Kept(
            title=gettext("Sign-ins"),
            what=gettext("Times and network addresses of the last two sign-ins, and how many there were."),
            why=gettext("So that one notices when somebody else signs in."),
            how_long=gettext(
                "Addresses %(days)s days, the rest as long as the account.",
                days=settings.retention_addresses_days,
            ),
            who=oneself,
            columns=_columns("users", "last_login_at current_login_at last_login_ip current_login_ip login_count"),
        ),
        Kept(
            title=gettext("Sessions"),
            what=gettext(
                "Where one is signed in: times, network address, which browser without its version, and a hash of "
                "what the cookie holds.",
            ),
            why=gettext("To stay signed in, and to end a session elsewhere."),
            how_long=gettext(
                "Until it runs out: after %(hours)s hours, or 30 days where one chose to stay signed in.",
                hours=settings.session_hours,
            ),
            who=gettext("Oneself."),
            columns=_columns(
                "sessions",
                "token_hash user_key made_at shown_at seen_at expires_at ended_at address browser stays",
            ),
        ),
        Kept(
            title=gettext("Second factors and passkeys"),
            what=gettext(
                "The encrypted secret of an authenticator app, hashes of recovery codes, how often a code was wrong, "
                "the public keys of passkeys with the names given to them, and who one is at an identity provider.",
            ),
            why=gettext("So that a stolen password opens nothing."),
            how_long=gettext("Until it is removed on one's own page, or the account is erased."),
            who=gettext("Oneself sees that it is there; the secrets nobody."),
            columns=_columns("authenticators", "secret made_at confirmed_at last_counter")
            | _columns("recovery_codes", "code_hash used_at")
            | _columns("wrong_codes", "number last_at")
            | _columns(
                "passkeys",
                "credential_id public_key sign_count user_handle name transports is_synced made_at "
                "last_used_at",
            )
            | _columns("identities", "issuer subject made_at"),
        ),
        Kept(
            title=gettext("Tokens for programs"),
            what=gettext(
                "A hash of each token with its beginning, what it is for, what it may, for which organisation, and "
                "when it was made, last used, ended or runs out. What a program was answered is kept for a day.",
            ),
            why=gettext("So that programs can act for one, and be stopped."),
            how_long=until_erased,
            who=oneself,
            columns=_columns(
                "api_tokens",
                "organisation_id name scope start token_hash created_at expires_at last_used_at ended_at",
            ),
        ),
        Kept(
            title=gettext("Shared links"),
            what=gettext(
                "A hash of each link with which one showed something to somebody without an account, what it shows, "
                "for whom in one's own words, and when it was made, runs out or was withdrawn, and by whom. Of those "
                "who open it how often and when last, nothing else.",
            ),
            why=gettext("So that one knows what is shown outside, and can end it."),
            how_long=gettext(
                "%(days)s days after it stopped working, or until the account is erased.",
                days=settings.retention_links_days,
            ),
            who=gettext("Oneself, colleagues who share, and administrators."),
            columns=_columns(
                "shared_links",
                "token_hash organisation_id subject query fields label created_at expires_at uses last_used_at "
                "revoked_at revoked_by",
            ),
        ),
        Kept(
            title=gettext("Links that work once"),
            what=gettext(
                "A hash of each link, what it is for, and when it was made, used or runs out; an address that waits "
                "to be confirmed.",
            ),
            why=gettext("To choose a password and to change the address."),
            how_long=until_erased,
            who=nobody,
            columns=_columns("one_time_links", "purpose token_hash created_at expires_at used_at")
            | _columns("address_changes", "email asked_at"),
        ),
        Kept(
            title=gettext("Mail"),
            what=gettext("To whom which mail goes, in which language, with the facts it tells, and what came of it."),
            why=gettext("So that no mail is lost or sent twice."),
            how_long=gettext("30 days after it was sent or given up."),
            who=gettext("Administrators."),
            columns=_columns("mails", "recipient language facts nonce message_id created_at due_at ended_at reason"),
        ),
        Kept(
            title=gettext("Alerts"),
            what=gettext(
                "How one wants to hear of alerts, of which one was told, and which one acknowledged, when and with "
                "what note.",
            ),
            why=gettext("So that nobody is told twice, and one knows who sees to what."),
            how_long=gettext("An alert a year after it was over, one's wishes until the account is erased."),
            who=gettext("Wishes oneself; acknowledgements the people of the same organisation."),
            columns=_columns(
                "alerts",
                "organisation_id shipment_id container_id station identity opened_at seen_at closed_at ending why "
                "acknowledged_at acknowledged_by note simulated",
            )
            | _columns("notice_wishes", "organisation_id manner kinds hour timezone since digest_until")
            | _columns("alert_tellings", "alert_id occurrence mail_id told_at"),
        ),
        Kept(
            title=gettext("Tries"),
            what=gettext("A hash of the address or account, and when it was tried of late."),
            why=gettext("To hold off whoever guesses passwords."),
            how_long=gettext("Up to a day."),
            who=nobody,
            columns=_columns("knocks", "key moments held_until forget_at"),
        ),
        Kept(
            title=gettext("Audit"),
            what=gettext(
                "Who changed what, when, from which network address, for which organisation, and what stood there "
                "before and after. Persons stand in it by a number; names and addresses lie apart.",
            ),
            why=gettext("So that figures can be trusted: an entry can neither be changed nor deleted."),
            how_long=gettext(
                "Entries for good; names until the account is erased, network addresses %(days)s days.",
                days=settings.retention_addresses_days,
            ),
            who=gettext("Administrators."),
            columns=_columns(
                "audit",
                "at actor origin action subject subject_id organisation_id acted_for before after previous "
                "hash",
            )
            | _columns("audit_persons", "value at"),
        ),
        Kept(
            title=gettext("Events"),
            what=gettext("By whose account an event was recorded."),
            why=gettext("So that one knows whom to ask."),
            how_long=gettext("For good; the account's number once it is erased."),
            who=gettext("Whoever sees the shipment and its goods."),
            columns=_columns("events", "recorded_by"),
        ),
        Kept(
            title=gettext("Shippers and consignees"),
            what=gettext("Their names as partners write them; a remark may hold another."),
            why=gettext("They belong to the consignment."),
            how_long=gettext("As long as the shipment."),
            who=gettext("The partner's own people and administrators."),
            columns=_columns("shipments", "shipper consignee consignment_note note") | _columns("events", "remark"),
        ),
        Kept(
            title=gettext("Drafts, uploaded files and forms"),
            what=gettext("Forms put aside, files with the rows that were refused, and that a form was sent."),
            why=gettext("So that nothing typed is lost, and nothing is recorded twice."),
            how_long=gettext(
                "Drafts %(drafts)s days; a file one day until it is decided on, what came of it %(uploads)s days.",
                drafts=settings.retention_drafts_days, uploads=min(settings.retention_uploads_days, 30),
            ),
            who=gettext("Oneself."),
            columns=_columns("drafts", "title fields saved_at")
            | _columns("uploads", "name encoding content result uploaded_at")
            | _columns("form_receipts", "key outcome at"),
        ),
    ]  # fmt: skip


def _columns(table: str, names: str) -> frozenset[str]:
    return frozenset(f"{table}.{name}" for name in names.split())
