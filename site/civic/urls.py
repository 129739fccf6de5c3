"""Every address of the site; DESIGN's table of addresses is the contract."""

from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import JavaScriptCatalog
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from civic.core.views import favicon, health_view, robots

handler400 = "civic.core.views.bad_request"
handler403 = "civic.core.views.permission_denied"
handler404 = "civic.core.views.page_not_found"
handler500 = "civic.core.views.server_error"

urlpatterns = [
    path("health", health_view, name="health"),
    path("robots.txt", robots),
    path("favicon.ico", favicon),
    path("", include("civic.cases.urls")),
    path("", include("civic.maps.urls")),
    path("", include("civic.places.urls")),
    path("markets/", include("civic.markets.urls")),
    path("search/", include("civic.search.urls")),
    path("wiki/", include("wiki.urls")),
    path("", include("bot.urls")),
    path("subscriptions/", include("civic.engagement.urls")),
    path("accounts/", include("civic.accounts.urls")),
    path("open311/v2/", include("civic.cases.open311.urls")),
    path("api/v1/", include("civic.api.urls")),
    path("admin/login/", RedirectView.as_view(pattern_name="accounts:login", query_string=True)),
    # Wagtail's own catalogue for scripts, and what it leaves in English; at its address and before it.
    path("admin/jsi18n/", JavaScriptCatalog.as_view(packages=["wagtail.admin", "civic.pages"])),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include(wagtail_urls)),
]
