"""Reads of partners for the desk, and of the webhooks that hear of something."""

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from civic.partners.models import Delivery, Partner, PartnerKey, Webhook


def _count(rows: QuerySet, by: str) -> Coalesce:
    """Return the number of rows that belong to the outer partner, as a subquery."""
    counted = rows.filter(**{by: OuterRef("pk")}).order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def with_figures() -> QuerySet[Partner]:
    """Return partners with what a list shows of their keys and their messages."""
    messages = "webhook__partner"
    return Partner.objects.select_related("user", "department").annotate(
        keys_good=_count(PartnerKey.objects.filter(revoked_at=None), "partner"),
        used_at=Max("keys__used_at"),
        hooks=_count(Webhook.objects.all(), "partner"),
        waiting=_count(Delivery.objects.filter(state=Delivery.State.PENDING), messages),
        dead=_count(Delivery.objects.filter(state=Delivery.State.DEAD), messages),
    )


def listening() -> list[Webhook]:
    """Return the webhooks that are told of what happens; also those whose receiver is away for a while."""
    active = Webhook.objects.filter(active=True, partner__active=True)
    return list(active.select_related("partner").order_by("pk"))


def deliveries(*, partner: Partner | None = None, state: str = "") -> QuerySet[Delivery]:
    """Return messages, newest first."""
    rows = Delivery.objects.select_related("webhook__partner").order_by("-pk")
    if partner is not None:
        rows = rows.filter(webhook__partner=partner)
    return rows.filter(state=state) if state else rows
