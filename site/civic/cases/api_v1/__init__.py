"""Native API of cases: for everyone below public/, for the desk below staff/, for other systems below partner/."""

from civic.cases.api_v1 import (
    closure,
    partner,
    place,
    public,
    queue,
    sharing,
    staff,
    suggestion,
    together,
    urgency,
)

urlpatterns_public = [
    *sharing.urlpatterns_public,
    *suggestion.urlpatterns_public,
    *public.urlpatterns_public,
    *closure.urlpatterns_public,
    *place.urlpatterns_public,
]
urlpatterns_staff = [
    *place.urlpatterns_staff,
    *queue.urlpatterns_staff,
    *staff.urlpatterns_staff,
    *together.urlpatterns_staff,
    *urgency.urlpatterns_staff,
]
urlpatterns_partner = partner.urlpatterns_partner
