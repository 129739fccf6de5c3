"""The categories of a city's documents: one page to add, rename, order and take away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wiki.desk.frame import desk_page, require
from wiki.errors import InvalidText, WikiError
from wiki.models import Category
from wiki.policies import can_manage
from wiki.services.categories import drop_category, save_category


@require_http_methods(["GET", "POST"])
def categories(request: HttpRequest) -> HttpResponse:
    """Show the categories; a POST saves or drops one, and what is refused keeps what was typed."""
    require(can_manage(request.user))
    typed: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        pk = request.POST.get("category", "")
        found = (
            get_object_or_404(Category, pk=int(pk))
            if pk.isascii() and pk.isdigit() and len(pk) < 10
            else None
        )
        try:
            if request.POST.get("action") == "drop" and found is not None:
                drop_category(actor=request.user, category=found)
                messages.success(request, f"分类“{found.name}”已删去。")
            else:
                order = request.POST.get("order", "") or "100"
                if not (order.isascii() and order.isdigit() and len(order) < 5):
                    raise InvalidText("顺序是 0 到 9999 的数。")
                saved = save_category(
                    actor=request.user, category=found, name=request.POST.get("name", ""), order=int(order)
                )
                messages.success(request, f"分类“{saved.name}”已保存。")
            return redirect("wiki_desk:categories")
        except WikiError as error:
            status = error.status
            messages.error(request, error.message)
            if found is None:
                typed = {
                    "name": request.POST.get("name", "")[:80],
                    "order": request.POST.get("order", "")[:8],
                }
    crumbs = [(reverse("wiki_desk:documents"), "政策文件")]
    context = {"categories": Category.objects.all(), "typed": typed}
    return desk_page(request, "wiki/desk/categories.html", "分类", crumbs, context, status)
