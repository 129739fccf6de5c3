"""The sentences that moderators answer with: the list, and one form for each."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from wiki.desk.forms import AnswerTemplateForm
from wiki.desk.frame import desk_page, require
from wiki.errors import WikiError
from wiki.models import AnswerTemplate
from wiki.policies import can_moderate
from wiki.services.answer_templates import delete_template, save_template


@require_http_methods(["GET", "POST"])
def templates(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """List the templates with a form for a new one; with `pk` change or delete that one."""
    require(can_moderate(request.user))
    chosen = get_object_or_404(AnswerTemplate, pk=pk) if pk is not None else None
    initial = {"name": chosen.name, "text": chosen.text, "outcome": chosen.outcome} if chosen else {}
    form, status, refusal = AnswerTemplateForm(initial=initial), 200, ""
    if request.method == "POST":
        form = AnswerTemplateForm(request.POST)
        form.is_valid()
        try:
            if chosen is not None and request.POST.get("action") == "delete":
                delete_template(moderator=request.user, template=chosen)
                messages.success(request, f"已删去模板“{chosen.name}”。")
            else:
                given = {name: form.cleaned_data.get(name, "") for name in ("name", "text", "outcome")}
                stored = save_template(moderator=request.user, template=chosen, **given)
                messages.success(request, f"已保存模板“{stored.name}”。")
            return redirect("wiki_desk:templates")
        except WikiError as error:
            form.add_refusal(error)
            status, refusal = error.status, error.message
    context = {
        "rows": AnswerTemplate.objects.all(),
        "chosen": chosen,
        "form": form,
        "refusal": refusal,
        "tab": "templates",
    }
    return desk_page(request, "wiki/desk/answer_templates.html", "答复模板", [], context, status)
