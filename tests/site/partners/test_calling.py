"""Keys of partners: which are good, for what, and how often."""

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from civic.accounts.models import User
from civic.core.errors import NotAllowed, TooMany
from civic.partners.models import Partner, PartnerKey, Scope
from civic.partners.services import authenticate, partner_of_key
from civic.partners.services.keys import issue_key, register_partner, revoke_key

pytestmark = pytest.mark.django_db


def refusal(key: str, scope: str = "") -> NotAllowed:
    with pytest.raises(NotAllowed) as raised:
        authenticate(key, scope)
    return raised.value


def test_an_issued_key_leads_to_its_partner_and_only_its_digest_is_kept():
    partner = register_partner(code="water", name="水务热线")
    key = issue_key(partner=partner)
    assert authenticate(key, Scope.REPORT) == partner
    assert str(partner.user) == "水务热线"
    assert partner_of_key(key, scope="report").kind == User.Kind.PARTNER
    row = PartnerKey.objects.get()
    assert key.startswith(f"bjk_{row.prefix}_")
    assert key not in (row.digest, row.prefix)
    assert row.used_at is not None


def test_a_key_of_the_settings_is_a_partner_with_default_quotas():
    account = partner_of_key("demo-key", scope="report")
    assert account.username == "partner:partner-demo"
    assert partner_of_key("demo-key", scope="sensor") == account
    assert Partner.objects.get(user=account).quota_minute is None


@pytest.mark.parametrize("key", ["", "demo-keyx", "bjk__", "bjk_abc_def", "键", "x" * 5000, "\x00", "\ud800"])
def test_no_such_key(key):
    assert refusal(key).code == "bad_api_key"


@given(st.text(max_size=60))
def test_what_anyone_types_is_no_key(text):
    assert text in {"demo-key", "other-key"} or refusal(text).code == "bad_api_key"


@given(cut=st.integers(0, 60), tail=st.text(alphabet="ab_Z9-", max_size=3))
def test_only_the_whole_key_opens(cut, tail):
    partner = Partner.objects.first() or register_partner(code="gas", name="燃气")
    key = issue_key(partner=partner)
    changed = key[:cut] + tail
    assert changed == key or refusal(changed).code == "bad_api_key"


def test_a_revoked_key_and_a_stopped_partner_are_refused():
    partner = register_partner(code="gas", name="燃气")
    first, second = issue_key(partner=partner), issue_key(partner=partner)
    revoke_key(key_pk=PartnerKey.objects.order_by("pk").first().pk)
    assert refusal(first).code == "bad_api_key"
    assert authenticate(second) == partner
    Partner.objects.update(active=False)
    assert refusal(second).code == "bad_api_key"


def test_a_key_is_good_for_its_scopes_only():
    key = issue_key(partner=register_partner(code="noise", name="噪声", scopes=[Scope.SENSOR]))
    assert authenticate(key, Scope.SENSOR)
    assert authenticate(key)
    assert refusal(key, Scope.UPDATE).code == "scope_missing"


@pytest.mark.usefixtures("still_clock")
def test_past_its_quota_a_partner_waits_and_others_do_not():
    partner = register_partner(code="gas", name="燃气", quota_minute=3)
    key, other = issue_key(partner=partner), issue_key(partner=register_partner(code="b", name="乙"))
    for _ in range(3):
        authenticate(key)
    with pytest.raises(TooMany) as raised:
        authenticate(key)
    assert raised.value.retry_after == 50  # the clock stands at ten past the minute
    authenticate(other)


def test_the_days_quota_ends_with_the_citys_day():
    key = issue_key(partner=register_partner(code="gas", name="燃气", quota_day=1))
    with time_machine.travel("2026-03-01T23:59:00+08:00", tick=False):
        authenticate(key)
        with pytest.raises(TooMany) as raised:
            authenticate(key)
        assert raised.value.retry_after == 60
    with time_machine.travel("2026-03-02T00:00:00+08:00", tick=False):
        authenticate(key)


@pytest.mark.usefixtures("still_clock")
@override_settings(PARTNER_QUOTA_MINUTE=2)
def test_a_partner_without_quotas_of_its_own_has_those_of_the_settings():
    for _ in range(2):
        partner_of_key("demo-key", scope="report")
    with pytest.raises(TooMany):
        partner_of_key("demo-key", scope="report")
    Partner.objects.update(quota_minute=0)
    partner_of_key("demo-key", scope="report")


def test_using_a_key_is_no_write_each_time(django_assert_num_queries):
    key = issue_key(partner=register_partner(code="gas", name="燃气"))
    authenticate(key)
    assert PartnerKey.objects.get().used_at <= timezone.now()
    with django_assert_num_queries(1):
        authenticate(key)
