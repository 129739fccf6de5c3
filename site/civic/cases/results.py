"""The photos that a handler shows as done: which of them the public may see. Reading only."""

from collections.abc import Iterable

from django.urls import reverse

from civic.cases import policies
from civic.cases.models import Case, CaseEvent, Photo
from civic.cases.services.photos import RELEASE_RESULTS, WITHDRAW_RESULTS, is_released

__all__ = ["addresses", "is_public", "is_released", "latest_answer", "public_results", "released_answers"]


def latest_answer(case: Case) -> CaseEvent | None:
    """Return the entry of the department's latest answer."""
    return case.events.filter(action="answer").order_by("created_at", "id").last()


def released_answers(case: Case) -> dict[int, int]:
    """Return the answers of a case whose photos are released now, each with how many photos it has."""
    released: dict[int, int] = {}
    said = case.events.filter(action__in=(RELEASE_RESULTS, WITHDRAW_RESULTS)).order_by("pk")
    for action, data in said.values_list("action", "data"):
        released.pop(data["answer"], None)
        if action == RELEASE_RESULTS:
            released[data["answer"]] = data.get("photos", 0)
    return released


def is_public(photo: Photo) -> bool:
    """Whether everyone may see the public copy of a photo that belongs to an entry: only a released answer's."""
    event = photo.event
    return (
        event is not None
        and event.action == "answer"
        and is_released(event.pk)
        and policies.may_show_results(event.case)
    )


def public_results(case: Case) -> list[str]:
    """Return the addresses of the released photos of the case's latest answer; none before it is released."""
    answer = latest_answer(case)
    if answer is None or not is_released(answer.pk) or not policies.may_show_results(case):
        return []
    return addresses(photo for photo in answer.photos.all() if photo.public_copy)


def addresses(photos: Iterable[Photo]) -> list[str]:
    """Return where photos are shown."""
    return [reverse("cases:photo", args=[photo.pk]) for photo in photos]
