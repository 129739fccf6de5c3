"""What a page with a map needs: the data attributes from which basemap.js draws the city."""

from django import template
from django.conf import settings
from django.forms.utils import flatatt
from django.urls import reverse
from django.utils.safestring import SafeString

from civic.places import boundaries

register = template.Library()


def _layer_url(layer: str) -> str:
    return f"{reverse('places:boundaries', args=[layer])}?v={boundaries.version(layer)}"


@register.simple_tag(takes_context=True)
def basemap_attributes(context: template.Context) -> SafeString:
    """Return the attributes of a map's element: `<div class="map" id="…" aria-label="…" {% basemap_attributes %}></div>`."""
    foot = context.get("foot")  # not there where something is rendered without a request
    return flatatt(
        {
            "data-basemap-districts": _layer_url("districts"),
            "data-basemap-towns": _layer_url("towns"),
            "data-basemap-bbox": ",".join(str(edge) for edge in settings.CITY_BBOX),
            "data-basemap-tiles": settings.MAP_TILE_URL,
            "data-basemap-tiles-attribution": settings.MAP_TILE_ATTRIBUTION,
            "data-basemap-number": foot().map_number if foot else "",
            "tabindex": "0",
            "role": "region",
        }
    )
