"""GET /api/v1/staff/opinion/search/ and the desk page: who may, what comes back, what is refused."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from rest_framework.authtoken.models import Token

from civic.accounts.models import User
from civic.accounts.roles import Role
from tests.site.opinion.factories import NOON, district, draft, store

pytestmark = pytest.mark.django_db
API = "/api/v1/staff/opinion/search/"
DESK = "/admin/opinion/"


@pytest.fixture(autouse=True)
def own_index(settings):
    settings.ELASTICSEARCH_URL = ""


def person(role: Role) -> User:
    user = User.objects.create_user(role.value, password="pw")
    user.groups.add(Group.objects.get(name=role.value))
    return user


@pytest.fixture
def officer(client) -> User:
    user = person(Role.DUTY_OFFICER)
    client.force_login(user)
    return user


@pytest.mark.parametrize("role", list(Role))
def test_only_a_duty_officer_may_search(client, role):
    client.force_login(person(role))
    allowed = role == Role.DUTY_OFFICER
    assert client.get(API).status_code == (200 if allowed else 403)
    assert (client.get(DESK).status_code == 200) is allowed


def test_a_stranger_is_asked_for_a_token(client):
    response = client.get(API)
    assert response.status_code == 401
    assert response.json()["error"]["message"]


def test_a_token_opens_it(client):
    token = Token.objects.create(user=person(Role.DUTY_OFFICER))
    assert client.get(API, headers={"authorization": f"Token {token.key}"}).status_code == 200


def test_hits_with_marks_and_counts(client, officer):
    store(
        draft(1, "路边的井盖坏了", district_id=district("朝阳区"), street="望京街道", reference="A1"),
        draft(2, "井盖不见了", source="热线"),
        draft(3, "路灯不亮"),
    )
    body = client.get(API, {"q": "井盖"}).json()
    assert (body["total"], body["page"], body["page_size"]) == (2, 1, 20)
    assert {count["label"]: count["count"] for count in body["sources"]} == {"测试": 1, "热线": 1}
    assert {count["label"]: count["count"] for count in body["districts"]} == {"朝阳区": 1, "未定位": 1}
    hit = next(hit for hit in body["results"] if hit["reference"] == "A1")
    assert [piece["text"] for piece in hit["snippet"] if piece["hit"]] == ["井盖"]
    assert (hit["district"], hit["street"]) == ("朝阳区", "望京街道")


def test_filters_by_district_and_days(client, officer):
    store(
        draft(1, district_id=district("朝阳区"), occurred_at=NOON),
        draft(2, district_id=district("海淀区"), occurred_at=NOON + timedelta(days=1)),
    )

    def total(**query):
        return client.get(API, {"q": "井盖", **query}).json()["total"]

    assert total(district="朝阳区") == 1
    assert total(district="110108") == 1
    assert total(since="2026-11-03") == 1
    assert total(until="2026-11-02") == 1
    assert total(since="2026-11-02", until="2026-11-03") == 2
    assert total(since="2026-11-02T12:00:01+08:00") == 1


@pytest.mark.parametrize(
    "query",
    [
        {"district": "上海"},
        {"since": "昨天"},
        {"until": "2026-13-01"},
        {"since": "9999-12-31T23:59:59+00:00x"},
        {"page": "0"},
        {"page": "x"},
        {"page": "501"},
        {"page_size": "1000"},
        {"order": "best"},
        {"q": "，。！"},
        {"q": "字" * 201},
    ],
)
def test_malformed_questions_are_refused_in_chinese(client, officer, query):
    response = client.get(API, query)
    assert response.status_code == 400
    assert any("\u4e00" <= char <= "\u9fff" for char in response.json()["error"]["message"])
    assert client.get(DESK, query).status_code == 400


def test_an_index_that_is_down_is_said(client, officer, settings):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    response = client.get(API, {"q": "井盖"})
    assert (response.status_code, response.json()["error"]["code"]) == (503, "search_unavailable")
    page = client.get(DESK, {"q": "井盖"})
    assert page.status_code == 503
    assert "没有回应" in page.content.decode()


def test_every_count_on_the_desk_opens_what_it_counts(client, officer):
    store(draft(1, "路边的井盖坏了", district_id=district("朝阳区")), draft(2, "井盖不见了", source="热线"))
    page = client.get(DESK, {"q": "井盖"}).content.decode()
    assert "共 2 条" in page
    assert "<mark>井盖</mark>" in page
    narrowed = client.get(DESK, {"q": "井盖", "source": "热线"}).content.decode()
    assert "共 1 条" in narrowed
    assert "source=%E7%83%AD%E7%BA%BF" in page
    assert "district=110105" in page


def test_the_desk_leads_to_the_original(client, officer):
    store(draft(1, public_url="https://forum.example/7"))
    assert "https://forum.example/7" in client.get(DESK, {"q": "井盖"}).content.decode()


def test_words_are_escaped_on_the_desk(client, officer):
    store(draft(1, "<script>井盖</script>"))
    page = client.get(DESK, {"q": "井盖"}).content.decode()
    assert "<script>井盖" not in page
    assert "&lt;script&gt;" in page


def test_queries_do_not_grow_with_the_hits(client, officer, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    store(draft(1, district_id=district("朝阳区")))
    client.get(API, {"q": "井盖"})
    with CaptureQueriesContext(connection) as one:
        client.get(API, {"q": "井盖"})
    store(*(draft(number, district_id=district("朝阳区")) for number in range(2, 20)))
    with django_assert_num_queries(len(one)):
        client.get(API, {"q": "井盖"})
