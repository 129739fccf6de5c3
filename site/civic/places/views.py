"""The base map's outlines, served once and kept by the browser."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from civic.places import boundaries

YEAR = 31_536_000
HOUR = 3600


@require_safe
def boundary_layer(request: HttpRequest, layer: str) -> HttpResponse:
    """Answer with one layer of outlines; kept a year under its version's address, an hour without one."""
    if layer not in boundaries.LAYERS:
        raise Http404
    version = boundaries.version(layer)
    etag = f'W/"{version}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        document = boundaries.document(layer)
        response = HttpResponse(
            document.packed if packed else document.body, content_type="application/geo+json"
        )
        if packed:
            response["Content-Encoding"] = "gzip"
    response["ETag"] = etag
    kept = request.GET.get("v") == version
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable" if kept else f"public, max-age={HOUR}"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
