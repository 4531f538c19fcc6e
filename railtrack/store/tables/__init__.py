"""Every table of railtrack, once.

Rows stay inside `store`; values of `domain` cross its border. What must not happen twice is a unique constraint here.
Moments are four columns: the instant, the station's offset in minutes then, whether only the day is known, and the
text as it was given.
"""

from railtrack.store.tables.base import Base, BigId, UtcTime
from railtrack.store.tables.bookkeeping import (
    AuditPersonRow,
    AuditRow,
    ChangeCounterRow,
    ChangeLineageRow,
    DraftRow,
    FormReceiptRow,
    RemovalRow,
    SettingRow,
    UploadRow,
)
from railtrack.store.tables.cargo import ContainerRow, ShipmentRow, TrainRow
from railtrack.store.tables.derived import CrossingRow, JourneyRow, VisitRow
from railtrack.store.tables.events import EventRow, EventSourceRow
from railtrack.store.tables.interfaces import ApiTokenRow, IdempotencyRow
from railtrack.store.tables.mail import AddressChangeRow, KnockRow, MailRow, WorkerRow
from railtrack.store.tables.notices import (
    AlertRow,
    AlertRuleRow,
    AlertTellingRow,
    NoticeWishRow,
    WebhookDeliveryRow,
    WebhookRow,
)
from railtrack.store.tables.places import CorridorRow, LegRow, StationRow
from railtrack.store.tables.sharing import SharedLinkRow
from railtrack.store.tables.sign_in import (
    AuthenticatorRow,
    IdentityRow,
    PasskeyRow,
    RecoveryCodeRow,
    SessionRow,
    WrongCodesRow,
)
from railtrack.store.tables.who import (
    MembershipRow,
    OneTimeLinkRow,
    OrganisationRow,
    OrganisationStationRow,
    UserRow,
)

__all__ = [
    "AddressChangeRow",
    "AlertRow",
    "AlertRuleRow",
    "AlertTellingRow",
    "ApiTokenRow",
    "AuditPersonRow",
    "AuditRow",
    "AuthenticatorRow",
    "Base",
    "BigId",
    "ChangeCounterRow",
    "ChangeLineageRow",
    "ContainerRow",
    "CorridorRow",
    "CrossingRow",
    "DraftRow",
    "EventRow",
    "EventSourceRow",
    "FormReceiptRow",
    "IdempotencyRow",
    "IdentityRow",
    "JourneyRow",
    "KnockRow",
    "LegRow",
    "MailRow",
    "MembershipRow",
    "NoticeWishRow",
    "OneTimeLinkRow",
    "OrganisationRow",
    "OrganisationStationRow",
    "PasskeyRow",
    "RecoveryCodeRow",
    "RemovalRow",
    "SessionRow",
    "SettingRow",
    "SharedLinkRow",
    "ShipmentRow",
    "StationRow",
    "TrainRow",
    "UploadRow",
    "UserRow",
    "UtcTime",
    "VisitRow",
    "WebhookDeliveryRow",
    "WebhookRow",
    "WorkerRow",
    "WrongCodesRow",
]
