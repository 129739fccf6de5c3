"""Who is calling with a key, whether the key is good for it, and whether it is not too often."""

import hashlib
import hmac
import time
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from civic.accounts.models import User
from civic.accounts.services import system_account
from civic.core.errors import NotAllowed, TooMany
from civic.partners.models import Partner, PartnerKey

KEY_MARK = "bjk"  # begins each key that the platform issues: bjk_<prefix>_<secret>
LONGEST_KEY = 200
NO_DIGEST = "0" * 64
USED_EVERY = timedelta(minutes=5)  # a key's last use is noted no more often: a call is no write


def digest_of(key: str) -> str:
    """Return what is kept of a key. Its 256 random bits need no slow hash."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def authenticate(key: str, scope: str = "") -> Partner:
    """Return the partner whose key this is, and count the call.

    Raises NotAllowed (`bad_api_key`: no such key, revoked, or the partner is switched off; `scope_missing`: the
    key is not for this) and TooMany. An empty scope asks for a good key only.
    """
    partner = _of_settings(key) or _of_issued(key)
    if partner is None or not (partner.active and partner.user.is_active):
        raise NotAllowed("api_key 无效。" if key else "api_key 缺失或无效。", code="bad_api_key")
    if scope and scope not in partner.scopes:
        raise NotAllowed("这个密钥没有开通该接口，请联系平台管理员。", code="scope_missing")
    _count(partner)
    return partner


def partner_of_key(given: str, *, scope: str) -> User:
    """Return the account of the partner whose key this is; raises what `authenticate` raises."""
    return authenticate(given, scope).user


def _of_settings(key: str) -> Partner | None:
    """Return the partner of a key in the settings; every key is compared, so that time tells nothing."""
    digest = digest_of(key)
    found = ""
    for known, name in settings.OPEN311_API_KEYS.items():
        if hmac.compare_digest(digest_of(known), digest):
            found = name
    if not found:
        return None
    of_name = Partner.objects.select_related("user").filter(user__username=f"{User.Kind.PARTNER}:{found}")
    partner = of_name.first()
    if partner is None:
        user = system_account(name=found, kind=User.Kind.PARTNER)
        Partner.objects.bulk_create([Partner(user=user, name=found[:60])], ignore_conflicts=True)
        partner = of_name.get()
    return partner


def _of_issued(key: str) -> Partner | None:
    """Return the partner of an issued key. The prefix finds it, the digest of the whole decides."""
    mark, _, rest = key[:LONGEST_KEY].partition("_")
    prefix = rest.partition("_")[0] if mark == KEY_MARK else ""
    row = None
    if prefix and prefix.isascii() and prefix.isalnum():
        row = (
            PartnerKey.objects.select_related("partner__user")
            .filter(prefix=prefix, revoked_at__isnull=True)
            .first()
        )
    if not hmac.compare_digest(row.digest if row else NO_DIGEST, digest_of(key)) or row is None:
        return None
    now = timezone.now()
    if row.used_at is None or row.used_at < now - USED_EVERY:
        PartnerKey.objects.filter(pk=row.pk).update(used_at=now)
    return row.partner


def _count(partner: Partner) -> None:
    """Count a call against the partner's quotas of this minute and this day, in the shared cache."""
    now = int(time.time())
    east = int((timezone.localtime().utcoffset() or timedelta()).total_seconds())  # the city's own midnight
    for name, seconds, own, default in (
        ("minute", 60, partner.quota_minute, settings.PARTNER_QUOTA_MINUTE),
        ("day", 86_400, partner.quota_day, settings.PARTNER_QUOTA_DAY),
    ):
        limit = default if own is None else own
        if not limit:
            continue
        window, passed = divmod(now + east, seconds)
        key = f"partner:{partner.pk}:{name}:{window}"
        cache.add(key, 0, timeout=seconds * 2)
        try:
            count = cache.incr(key)
        except ValueError:  # evicted between add and incr
            cache.set(key, 1, timeout=seconds * 2)
            count = 1
        if count > limit:
            raise TooMany(
                f"调用太频繁：{'每分钟' if name == 'minute' else '每天'}最多 {limit} 次。",
                code="quota_exceeded",
                retry_after=seconds - passed,
            )
