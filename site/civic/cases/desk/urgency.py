"""The case page's form that corrects whether a case is urgent: it offers the opposite of what the case is."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from civic.cases.desk.access import require_desk
from civic.cases.desk.case_page import case_page
from civic.cases.desk.refusals import refuse
from civic.cases.desk.urgency_part import LABELS, WANTED, form_of
from civic.cases.services.urgency import correct_urgency
from civic.core.errors import DomainError, InvalidInput, NotFound


@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the case urgent or take that back; a refusal shows the page again with what was typed."""
    actor, wanted = require_desk(request), request.POST.get("urgent", "")
    try:
        if wanted not in WANTED:
            raise InvalidInput("请选择标为紧急还是取消紧急。")
        correct_urgency(case_pk=pk, urgent=WANTED[wanted], actor=actor, reason=request.POST.get("reason", ""))
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        label = LABELS.get(wanted, "更正紧急程度")
        return case_page(request, pk, refuse(form_of(wanted), label, error, request.POST))
    messages.success(request, "已记录。")
    return HttpResponseRedirect(reverse("cases_desk:detail", args=[pk]))
