"""Registering partners, issuing and revoking their keys."""

import re
import secrets
import string
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from civic.accounts.models import Department, User
from civic.accounts.services import system_account
from civic.core.errors import InvalidInput, NotFound
from civic.partners.models import Partner, PartnerKey, Scope
from civic.partners.services.calling import KEY_MARK, digest_of

CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
LETTERS = string.ascii_letters + string.digits
PREFIX_LENGTH = 8
SECRET_LENGTH = 43  # of 62 letters: 256 bits


@transaction.atomic
def register_partner(
    *, code: str, name: str = "", department: Department | None = None, scopes: Sequence[str] = tuple(Scope),
    quota_minute: int | None = None, quota_day: int | None = None,
) -> Partner:  # fmt: skip
    """Store a partner, or bring the one of that code up to date, and return it."""
    if not CODE.fullmatch(code):
        message = "代号只能用小写字母、数字和连字符，最多 40 个。"
        raise InvalidInput(message, fields={"code": message})
    unknown = sorted(set(scopes) - set(Scope.values))
    if unknown:
        message = f"没有这种接口：{'、'.join(unknown)}"
        raise InvalidInput(message, fields={"scopes": message})
    user, name = system_account(name=code, kind=User.Kind.PARTNER), name.strip()[:60] or code
    if user.display_name != name[:40]:  # what the record of a case calls it
        user.display_name = name[:40]
        user.save(update_fields=["display_name"])
    partner, _ = Partner.objects.update_or_create(
        user=user,
        defaults={
            "name": name, "department": department,
            "scopes": [scope for scope in Scope.values if scope in scopes],
            "quota_minute": quota_minute, "quota_day": quota_day,
        },
    )  # fmt: skip
    return partner


@transaction.atomic
def issue_key(*, partner: Partner) -> str:
    """Give the partner one more key and return it; this is the only time that anybody sees it."""
    prefix, secret = _letters(PREFIX_LENGTH), _letters(SECRET_LENGTH)
    key = f"{KEY_MARK}_{prefix}_{secret}"
    PartnerKey.objects.create(partner=partner, prefix=prefix, digest=digest_of(key))
    return key


@transaction.atomic
def revoke_key(*, key_pk: int) -> PartnerKey:
    """Make a key good for nothing; a second time changes nothing."""
    key = PartnerKey.objects.select_for_update().filter(pk=key_pk).first()
    if key is None:
        raise NotFound("没有这个密钥。")
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
    return key


@transaction.atomic
def switch_partner(*, partner_pk: int, active: bool) -> Partner:
    """Let a partner's keys be good and its webhooks be served, or not."""
    partner = Partner.objects.select_for_update().filter(pk=partner_pk).first()
    if partner is None:
        raise NotFound("没有这个合作方。")
    partner.active = active
    partner.save(update_fields=["active"])
    return partner


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))
