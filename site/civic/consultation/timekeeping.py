"""The wiki's periodic work: consultations open and close by themselves."""

from wiki.services.stages import keep_dates as keep


def keep_dates() -> None:
    """Open what is scheduled to open and close what is over."""
    keep()
