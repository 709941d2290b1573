"""Days and times as people say them: "today at 5:12 am", "on Monday", "on March 3"."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.dateformat import format as formatted

WEEK = timedelta(days=7)


def day_words(day: date, today: date) -> str:
    """A day that is over, or today, as seen from today."""
    if day == today:
        return "today"
    if day == today - timedelta(days=1):
        return "yesterday"
    if today - WEEK < day < today:
        return f"on {day:%A}"
    return f"on {formatted(day, 'F j' if day.year == today.year else 'F j, Y')}"


def time_words(at: datetime, now: datetime) -> str:
    """A time that is over, as seen from now; both in the current time zone."""
    here = timezone.localtime(at)
    return f"{day_words(here.date(), timezone.localdate(now))} at {formatted(here, 'g:i')} {here:%p}".replace(
        "AM", "am"
    ).replace("PM", "pm")
