"""Following a report by e-mail from its progress page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from civic.accounts.models import User
from civic.cases.models import Report
from civic.cases.numbers import parse_number
from civic.cases.public.views import AT_TOP, is_mine, show_case
from civic.cases.services.following import topic_of
from civic.core.errors import InvalidInput, TooMany
from civic.core.throttling import check_rate
from civic.engagement.services.subscriptions import ask_by_email

RATE = "20/hour"
# One sentence for every address: nobody finds out here who follows what.
ASKED = "请到邮箱里找一封确认邮件，打开里面的链接再按一次“确认订阅”。没收到的话，一小时后可以再试。"


@require_POST
def subscribe(request: HttpRequest, number: str) -> HttpResponse:
    """Have the address asked whether it wants to follow; a refusal shows the page with what was typed."""
    canonical = parse_number(number)
    found = Report.objects.with_public_parts().filter(number=canonical).first() if canonical else None
    if found is None or found.case.withheld:
        return render(request, "cases/unknown.html", {"number": number[:30]}, status=404)
    address = request.POST.get("email", "")
    try:
        check_rate(request, scope="subscribe", rate=RATE)
        user = request.user if isinstance(request.user, User) else None
        ask_by_email(topic=topic_of(found), address=address, user=user)
    except TooMany as error:
        return render(request, "429.html", {"message": error.message}, status=429)
    except InvalidInput as error:
        typed = {"action": "subscribe", "email": address[:254], "error": error.message}
        return show_case(request, found, mine=is_mine(request, found), status=error.status, typed=typed)
    messages.success(request, ASKED)
    return HttpResponseRedirect(reverse("cases:detail", args=[found.number]) + AT_TOP)
