"""When a shipment under way is lost from sight: nobody told of it for so long that a place on a map would be made up.

It stays in transit, in lists and in statistics, until somebody tells how it ended. It is only not drawn and not counted
among the trains under way, which would otherwise grow with every arrival that nobody reported.
"""

from datetime import datetime, timedelta

# three times the slowest journey that was published: whoever cared would have told by then
LOST_AFTER = timedelta(days=60)


def news_before(now: datetime) -> datetime:
    """Give the instant before which news is too old to go by."""
    return now - LOST_AFTER


def is_lost(last_news: datetime, due: datetime | None, now: datetime) -> bool:
    """Whether something under way is lost from sight: no news for `LOST_AFTER`, and past its plan or without one."""
    return last_news < news_before(now) and (due is None or due < now)
