"""Periodic work for the policy writer; each job looks at what has changed, so running twice changes nothing."""

from wiki.services.evidence import refresh_evidence
from wiki.services.opinion_groups import group_stale
from wiki.services.statements import draw_stale


def group_opinions() -> None:
    """Group the opinions of clauses that have new ones."""
    group_stale()


def draw_landscapes() -> None:
    """Draw again who agrees with whom, where enough people have answered since."""
    draw_stale()


def find_evidence() -> None:
    """Look for cases that concern clauses that have changed, or that were last looked at a day ago."""
    refresh_evidence()
