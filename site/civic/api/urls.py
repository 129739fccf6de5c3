"""Where each app's API is mounted: public for anyone, staff behind a token or a session, partner behind a key."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

import bot.api_v1
import wiki.api.urls
from civic.cases import api_v1 as cases
from civic.core.views import api_address_not_found
from civic.maps import api_v1 as maps
from civic.markets import api_v1 as markets
from civic.opinion import api_v1 as opinion
from civic.search import api_v1 as search

public = [
    *cases.urlpatterns_public,
    *maps.urlpatterns_public,
    *markets.urlpatterns_public,
    *search.urlpatterns_public,
    *wiki.api.urls.urlpatterns_public,
    *bot.api_v1.urlpatterns_public,
]
staff = [*cases.urlpatterns_staff, *opinion.urlpatterns_staff]

app_name = "api"
urlpatterns = [
    path("public/", include((public, "public"))),
    path("staff/", include((staff, "staff"))),
    path("partner/", include((cases.urlpatterns_partner, "partner"))),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("<path:rest>", api_address_not_found),
]
