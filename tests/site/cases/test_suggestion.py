"""What the form asks while somebody types: matters and places, nothing kept, at a rate."""

import pytest
from django.test import Client

from civic.cases.models import Report
from tests.factories import INSIDE, OUTSIDE

pytestmark = pytest.mark.django_db
SUGGEST, WHERE = "/api/v1/public/suggest/", "/api/v1/public/where/"


def ask(client: Client, address: str, **body):
    return client.post(address, body, content_type="application/json")


def test_at_most_three_matters_the_likeliest_first(client: Client, nothing_left: None) -> None:
    answer = ask(client, SUGGEST, text="路边的井盖翘起来了，骑车差点摔倒")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    codes = answer.json()["codes"]
    assert 1 <= len(codes) <= 3
    assert [set(code) for code in codes] == [{"code", "name", "confidence"}] * len(codes)
    assert [code["confidence"] for code in codes] == sorted(
        (code["confidence"] for code in codes), reverse=True
    )
    assert all(len(code["code"]) == 5 and code["code"].isdigit() for code in codes)


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "字" * 4001])
def test_words_that_are_none_are_refused(client: Client, text: str) -> None:
    answer = ask(client, SUGGEST, text=text)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_what_is_no_city_matter_suggests_nothing_certain(client: Client) -> None:
    answer = ask(client, SUGGEST, text="今天天气真好").json()
    assert not answer["certain"]
    assert all(code["code"] != "OUT" for code in answer["codes"])


def test_the_words_are_in_no_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        ask(client, SUGGEST, text="望京街道的秘密花园")
        ask(client, WHERE, text="望京街道的秘密花园")
    assert "秘密花园" not in caplog.text


def test_the_place_that_a_sentence_names(client: Client) -> None:
    place = ask(client, WHERE, text="望京街道路边的井盖坏了").json()["place"]
    assert (place["district"], place["street"], place["precision"]) == ("朝阳区", "望京街道", "street")
    assert ask(client, WHERE, text="井盖坏了").json() == {"place": None}


def test_the_street_of_a_point(client: Client) -> None:
    place = ask(client, WHERE, lon=INSIDE[0], lat=INSIDE[1]).json()["place"]
    assert place["district"] == "朝阳区"
    assert place["street"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"lon": 116.4},
        {"lon": OUTSIDE[0], "lat": OUTSIDE[1]},
        {"lon": "x", "lat": 1},
        {"lon": 1e400, "lat": 1},
        {"text": "字" * 4001},
    ],
)
def test_what_is_no_place_is_refused(client: Client, body: dict) -> None:
    answer = ask(client, WHERE, **body)
    assert answer.status_code == 400
    assert any("一" <= char <= "龥" for char in answer.json()["error"]["message"])


def test_asking_too_often_is_refused(client: Client, still_clock) -> None:
    answers = [ask(client, WHERE, text="望京").status_code for _ in range(121)]
    assert (answers[119], answers[120]) == (200, 429)


def test_the_code_that_a_person_picked_is_the_citizen_s(client: Client) -> None:
    client.post("/report/", {"text": "路灯坏了", "lon": INSIDE[0], "lat": INSIDE[1], "citizen_code": "06013"})
    report = Report.objects.get()
    assert report.citizen_code == "06013"
    assert (report.case.matter_code, report.case.code_source) == ("06013", "citizen")


def test_a_code_that_does_not_exist_files_nothing(client: Client, nothing_left: None) -> None:
    page = client.post(
        "/report/", {"text": "路灯坏了", "lon": INSIDE[0], "lat": INSIDE[1], "citizen_code": "abc"}
    )
    assert page.status_code == 400
    assert "没有这个事项代码" in page.content.decode()
