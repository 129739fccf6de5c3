"""How much one address sends to the wiki without signing in: the wiki's port `limit`."""

from django.http import HttpRequest

from civic.core.errors import TooMany
from civic.core.throttling import check_rate
from wiki.ports import PortError

RATES = {"suggest": "10/hour", "presence": "12/min"}


def count(request: HttpRequest, *, scope: str) -> None:
    """Count a request of somebody who has not signed in; raises PortError past the scope's rate."""
    try:
        check_rate(request, scope=f"wiki.{scope}", rate=RATES[scope])
    except TooMany as error:
        raise PortError("提交得太频繁了，请过一会儿再试，或者登录后再提。") from error
