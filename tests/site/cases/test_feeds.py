"""Atom feeds: valid, with places, no more than the pages show, and no document twice."""

from datetime import datetime
from xml.etree import ElementTree

import pytest
from django.test import Client

from civic.cases.models import Case
from civic.cases.services import release_report
from tests.factories import ELSEWHERE, UserFactory, make_report, queries_of
from tests.site.cases.closing import Office

ATOM = {"a": "http://www.w3.org/2005/Atom", "g": "http://www.georss.org/georss"}

pytestmark = pytest.mark.django_db


def feed(client: Client, address: str, **query: str) -> ElementTree.Element:
    """Return a feed after checking what RFC 4287 asks of every one."""
    response = client.get(address, query)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(response.content)
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    for element in (root, *root.findall("a:entry", ATOM)):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"a:{name}", ATOM)) == 1, name
        assert element.findtext("a:id", namespaces=ATOM).startswith("tag:")
        assert datetime.fromisoformat(element.findtext("a:updated", namespaces=ATOM)).tzinfo
    assert root.find("a:author/a:name", ATOM) is not None
    (own,) = root.findall("a:link[@rel='self']", ATOM)
    assert own.get("href").startswith("http")
    ids = [entry.findtext("a:id", namespaces=ATOM) for entry in root.findall("a:entry", ATOM)]
    assert len(set(ids)) == len(ids)
    return root


def titles(root: ElementTree.Element) -> list[str]:
    return [entry.findtext("a:title", namespaces=ATOM) for entry in root.findall("a:entry", ATOM)]


def test_the_steps_of_one_case(client: Client) -> None:
    office, report = Office(), make_report()
    office.accept(report)
    root = feed(client, f"/cases/{report.number}/feed/")
    assert titles(root) == ["处置", "派遣", "立案", "受理"]
    assert report.text not in ElementTree.tostring(root, "unicode")
    office.answer(report)
    office.take(report, "close")
    assert titles(feed(client, f"/cases/{report.number}/feed/"))[0] == "结案：已解决"


def test_a_case_that_must_stay_quiet_has_no_feed(client: Client) -> None:
    report = make_report()
    Case.objects.update(withheld=True)
    for address in (f"/cases/{report.number}/feed/", "/cases/BJ0000000000000/feed/", "/cases/x/feed/"):
        assert client.get(address).status_code == 404
    assert titles(feed(client, "/cases/feed/")) == []


def test_new_cases_by_district_and_code_with_their_public_place(client: Client) -> None:
    here = make_report()
    make_report(lon=ELSEWHERE[0], lat=ELSEWHERE[1])
    root = feed(client, "/cases/feed/")
    assert len(titles(root)) == 2
    district = here.case.district
    root = feed(client, "/cases/feed/", district=district.code, code="06010")
    (entry,) = root.findall("a:entry", ATOM)
    lat, lon = map(float, entry.findtext("g:point", namespaces=ATOM).split())
    assert (lat, lon) == (
        pytest.approx(here.case.public_lat, abs=1e-6),
        pytest.approx(here.case.public_lon, abs=1e-6),
    )
    assert (lat, lon) != (here.case.lat, here.case.lon)
    assert titles(feed(client, "/cases/feed/", code="06011")) == []


@pytest.mark.parametrize(
    "query", [{"district": "1"}, {"code": "99999"}, {"district": "1\x00"}, {"code": "OUT"}]
)
def test_a_narrowing_that_does_not_exist_is_not_found(client: Client, query: dict[str, str]) -> None:
    assert client.get("/cases/feed/", query).status_code == 404


def test_words_only_after_release_and_no_markup_of_theirs(client: Client) -> None:
    clerk = UserFactory(roles=["case_clerk"])
    report = make_report(text="垃圾<script>alert(1)</script>没人收，电话13812345678")
    assert "没人收" not in client.get("/cases/feed/").content.decode()
    release_report(report_pk=report.pk, actor=clerk)
    summary = feed(client, "/cases/feed/").findtext("a:entry/a:summary", namespaces=ATOM)
    assert "没人收" in summary
    assert "<script" not in summary
    assert "13812345678" not in summary


def test_what_has_not_changed_is_not_sent_again(client: Client) -> None:
    report = make_report()
    for address in ("/cases/feed/", f"/cases/{report.number}/feed/"):
        first = client.get(address)
        for same in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
            assert client.get(address, headers=same).status_code == 304
    Office().take(report, "file")
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_an_empty_feed_is_the_same_document_each_time(client: Client) -> None:
    assert client.get("/cases/feed/")["ETag"] == client.get("/cases/feed/")["ETag"]


def test_queries_do_not_grow(client: Client) -> None:
    make_report()
    few = queries_of(client, "/cases/feed/")
    for _ in range(4):
        make_report()
    assert queries_of(client, "/cases/feed/") == few <= 6
