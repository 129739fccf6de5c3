"""Who may enter the case desk."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from civic.accounts.models import User
from civic.cases import policies


def require_desk(request: HttpRequest) -> User:
    """Return the member of staff; raise PermissionDenied for anyone without a place on the case desk."""
    if not isinstance(request.user, User) or not policies.can_use_desk(request.user):
        raise PermissionDenied
    return request.user
