"""A partner's key as the identity of an API call."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from civic.accounts.models import User
from civic.core.api import UnknownKey
from civic.core.errors import NotAllowed
from civic.partners.models import Partner, Scope
from civic.partners.services import authenticate

KEYWORD = "Api-Key"


class BadKey(UnknownKey):
    """No key, or none of ours."""

    default_detail = f"缺少合作方密钥，或密钥无效、已吊销。请求头应写 Authorization: {KEYWORD} <密钥>。"
    default_code = "bad_api_key"


class PartnerKeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key <key>`; each call counts against the partner's quotas.

    The view's `partner_scope` is what the key must be good for, "" for any good key.
    """

    def authenticate(self, request: Request) -> tuple[User, Partner]:
        """Return the partner's account and the partner."""
        keyword, _, key = get_authorization_header(request).decode("latin-1").strip().partition(" ")
        if keyword.lower() != KEYWORD.lower():
            raise BadKey
        view = (request.parser_context or {}).get("view")
        try:
            partner = authenticate(key.strip(), getattr(view, "partner_scope", ""))
        except NotAllowed as error:
            if error.code == "bad_api_key":
                raise BadKey from error
            raise
        return partner.user, partner

    def authenticate_header(self, request: Request) -> str:
        """Return what a caller without a key is told to send."""
        return KEYWORD


class IsPartner(BasePermission):
    """Partners only."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Partner)


class PartnerView(APIView):
    """Base of the partners' API."""

    authentication_classes = [PartnerKeyAuthentication]
    permission_classes = [IsPartner]
    partner_scope = ""

    @property
    def reader(self) -> Partner:
        """The partner that calls, good for reading cases: a measuring device's key is not."""
        partner = self.partner
        if not {Scope.REPORT, Scope.UPDATE} & set(partner.scopes):
            raise NotAllowed("这个密钥没有开通该接口，请联系平台管理员。", code="scope_missing")
        return partner

    @property
    def partner(self) -> Partner:
        """The partner that calls."""
        assert isinstance(self.request.auth, Partner)  # the permission class has seen to it
        return self.request.auth


class PartnerKeyScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document describes the key."""

    target_class = PartnerKeyAuthentication
    name = "partnerKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the scheme."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "合作方密钥，写作 `Authorization: Api-Key <密钥>`",
        }
