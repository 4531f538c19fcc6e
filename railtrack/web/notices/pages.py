"""All pages on alerts, on one blueprint."""

from railtrack.web.notices import mails, rules, webhooks
from railtrack.web.notices.alerts import blueprint

__all__ = ["blueprint", "mails", "rules", "webhooks"]
