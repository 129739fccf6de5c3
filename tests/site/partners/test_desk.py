"""The desk of partners: who may open it, what it shows and what its buttons do."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from civic.core import outbox
from civic.core.errors import NotAllowed
from civic.partners.models import Delivery, EventKind, Partner, PartnerKey, Webhook
from civic.partners.services import authenticate
from civic.partners.services.delivering import Message, enqueue
from civic.partners.services.keys import issue_key, register_partner
from civic.partners.services.webhooks import add_webhook, secret_of
from tests.factories import PASSWORD, DepartmentFactory, UserFactory, queries_of

pytestmark = pytest.mark.django_db
INDEX = "/admin/partners/"


def signed_in(**kwargs) -> Client:
    client = Client()
    assert client.login(username=UserFactory(**kwargs).username, password=PASSWORD)
    return client


@pytest.fixture
def admin(db) -> Client:
    return signed_in(is_superuser=True)


def page_of(partner: Partner) -> str:
    return reverse("partners_desk:partner", args=[partner.pk])


@pytest.mark.parametrize("roles", [[], ["case_clerk"], ["supervisor"], ["department_handler"]])
def test_nobody_else_gets_in(roles, hook):
    key = issue_key(partner=hook.partner)
    enqueue([Message(hook.pk, "a", EventKind.STEP, {})])
    Delivery.objects.update(state="dead")
    client = signed_in(roles=roles)
    pages = [INDEX, page_of(hook.partner)]
    assert {client.get(page).status_code for page in pages} == {302}
    for name, args in (
        ("add", [hook.partner_id]), ("active", [hook.partner_id]), ("switch", [hook.partner_id, hook.pk]), ("renew", [hook.partner_id, hook.pk]),
        ("revoke", [hook.partner_id, PartnerKey.objects.get().pk]), ("again", [Delivery.objects.get().pk]),
    ):  # fmt: skip
        assert client.post(reverse(f"partners_desk:{name}", args=args)).status_code == 302
    hook.refresh_from_db()
    assert hook.active
    assert authenticate(key) == hook.partner
    assert Delivery.objects.get().state == "dead"


def test_the_command_shows_a_key_once_and_the_desk_never(admin, capsys):
    office = DepartmentFactory()
    call_command(
        "make_partner_key", "water", "--name", "水务热线", "--department", office.code, "--scope", "update"
    )
    key = capsys.readouterr().out.strip()
    partner = authenticate(key, "update")
    assert (partner.name, partner.department, partner.scopes) == ("水务热线", office, ["update"])
    call_command("make_partner_key", "water", "--per-minute", "5")
    partner.refresh_from_db()
    assert (partner.name, partner.department, partner.scopes, partner.quota_minute) == (
        "水务热线", office, ["update"], 5,
    )  # fmt: skip
    call_command("make_partner_key", "water", "--no-key", "--name", "市水务热线")
    assert PartnerKey.objects.count() == 2
    text = admin.get(page_of(partner)).content.decode()
    assert "市水务热线" in text
    assert key not in text
    assert key.split("_")[1] in text


@pytest.mark.parametrize(
    "args", [["坏代号"], ["A B"], ["x", "--department", "nobody"], ["x", "--per-day", "-1"]]
)
def test_the_command_refuses_what_makes_no_partner(args, db):
    with pytest.raises(CommandError):
        call_command("make_partner_key", *args)
    assert not PartnerKey.objects.exists()


def test_a_key_is_revoked_by_its_button(admin):
    partner = register_partner(code="gas", name="燃气")
    issue_key(partner=partner)
    key = PartnerKey.objects.get()
    other = register_partner(code="b", name="乙")
    assert admin.post(reverse("partners_desk:revoke", args=[other.pk, key.pk])).status_code == 404
    assert admin.post(reverse("partners_desk:revoke", args=[partner.pk, key.pk])).status_code == 302
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_partner_is_switched_off_and_on(admin):
    partner = register_partner(code="gas", name="燃气")
    key = issue_key(partner=partner)
    address = reverse("partners_desk:active", args=[partner.pk])
    admin.post(address, {"active": "0"})
    with pytest.raises(NotAllowed):
        authenticate(key)
    assert "启用这个合作方" in admin.get(page_of(partner)).content.decode()
    admin.post(address, {"active": "1"})
    assert authenticate(key) == partner
    assert admin.post(reverse("partners_desk:active", args=[partner.pk + 1])).status_code == 404


def test_a_webhook_is_added_switched_and_given_another_secret(admin, hook):
    page = page_of(hook.partner)
    form = {"url": hook.url + "/2", "audience": "public", "kinds": ["case.received"]}
    assert admin.post(page + "webhooks/", form).status_code == 302
    added = Webhook.objects.get(url=hook.url + "/2")
    assert (added.audience, added.kinds) == ("public", ["case.received"])
    before = secret_of(added)
    assert before in admin.get(page).content.decode()
    admin.post(reverse("partners_desk:renew", args=[hook.partner_id, added.pk]))
    admin.post(reverse("partners_desk:switch", args=[hook.partner_id, added.pk]), {"active": "0"})
    added.refresh_from_db()
    assert secret_of(added) != before
    assert not added.active


def test_a_refused_address_comes_back_with_its_reason_and_what_was_typed(admin, hook, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    answer = admin.post(
        page_of(hook.partner) + "webhooks/", {"url": "https://10.0.0.7/x", "audience": "public"}
    )
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "不能向本机、内网或保留地址推送。" in text
    assert 'value="https://10.0.0.7/x"' in text
    assert Webhook.objects.count() == 1


def test_a_dead_letter_is_seen_and_sent_again(admin, hook, receiver):
    enqueue([Message(hook.pk, "a", EventKind.STEP, {"data": {"number": "BJ2603010000019"}})])
    Delivery.objects.update(state="dead", error="对方应答 500")
    for page in (INDEX, page_of(hook.partner) + "?state=dead"):
        text = admin.get(page).content.decode()
        assert "对方应答 500" in text
        assert "BJ2603010000019" in text
    address = reverse("partners_desk:again", args=[Delivery.objects.get().pk])
    answer = admin.post(address, {"partner": str(hook.partner_id)})
    assert answer.url.startswith(page_of(hook.partner))
    outbox.drain()
    assert Delivery.objects.get().state == "delivered"
    assert len(receiver.got) == 1
    assert "对方应答 500" not in admin.get(page_of(hook.partner) + "?state=delivered").content.decode()


@pytest.mark.parametrize("name", ["again", "partner"])
def test_what_does_not_exist_is_not_found(admin, name):
    address = reverse(f"partners_desk:{name}", args=[12345])
    assert (admin.post if name == "again" else admin.get)(address).status_code == 404


def test_pages_take_as_many_queries_for_many_as_for_one(admin, hook):
    enqueue([Message(hook.pk, "a", EventKind.STEP, {})])
    few = [queries_of(admin, INDEX), queries_of(admin, page_of(hook.partner))]
    for n in range(5):
        more = add_webhook(partner=hook.partner, url=f"{hook.url}/{n}")
        enqueue([Message(more.pk, f"e{n}", EventKind.STEP, {})])
        issue_key(partner=hook.partner)
        register_partner(code=f"p{n}", name=f"合作方{n}")
    Delivery.objects.update(state="dead")
    assert [queries_of(admin, INDEX), queries_of(admin, page_of(hook.partner))] == few
