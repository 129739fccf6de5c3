"""What the desk's page of one case shows of the photos of a result, and whether the public sees them."""

from typing import Any

from django.http import HttpRequest

from civic.cases import policies
from civic.cases.models import Case
from civic.cases.results import is_released, latest_answer, released_answers


def results_parts(request: HttpRequest, case: Case) -> dict[str, Any]:
    """Return the photos of the latest answer, whether they are released, and whether this person may do it."""
    answer = latest_answer(case)
    photos = list(answer.photos.all()) if answer else []
    released = bool(photos) and answer is not None and is_released(answer.pk)
    return {
        "result_photos": photos,
        "results_released": released,
        "can_release_results": bool(photos)
        and not released
        and policies.can_release_results(request.user, case),
        "can_withdraw_results": bool(photos)
        and policies.can_withdraw(request.user)
        and bool(released_answers(case)),
    }
