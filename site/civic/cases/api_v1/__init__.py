"""Native API of cases: for everyone below public/, for the desk below staff/."""

from civic.cases.api_v1 import closure, place, public, queue, sharing, staff, suggestion

urlpatterns_public = [
    *sharing.urlpatterns_public,
    *suggestion.urlpatterns_public,
    *public.urlpatterns_public,
    *closure.urlpatterns_public,
]
urlpatterns_staff = [*place.urlpatterns_staff, *queue.urlpatterns_staff, *staff.urlpatterns_staff]
