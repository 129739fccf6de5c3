"""What staff add to one case beside its steps."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from civic.cases.desk.access import require_desk
from civic.cases.desk.case_page import case_page
from civic.cases.desk.refusals import refuse
from civic.cases.services.notes import add_note
from civic.core.errors import DomainError, NotFound


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an internal note."""
    try:
        add_note(case_pk=pk, text=request.POST.get("text", ""), actor=require_desk(request))
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        return case_page(request, pk, refuse("note", "内部备注", error, request.POST))
    messages.success(request, "备注已加上。")
    return HttpResponseRedirect(reverse("cases_desk:detail", args=[pk]) + "#notes")
