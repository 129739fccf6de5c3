"""Downloads of a document's text: every format, any version, changes shown; names, rights, wrong addresses."""

import io
import json
import zipfile
from urllib.parse import unquote

import docx
import pytest

from wiki.kinds import Kind
from wiki.models import ClauseVersion
from wiki.parsing import Node, parse_file
from wiki.services import accept_suggestion, create_document
from wiki.services.editing import add_clause, remove_clause

pytestmark = pytest.mark.django_db
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def changed(document, citizen, moderator, manager, suggest, clause_of):
    """Return a document at version 4: one clause changed, one added, one taken out."""
    accept_suggestion(moderator=moderator, suggestion=suggest(document, citizen, "二十一点", "二十二点"))
    document.refresh_from_db()
    first = clause_of(document)
    add_clause(
        actor=manager, document=document, kind=Kind.ARTICLE, label="第三条", text="本办法自公布之日起施行。",
        parent_id=first.parent_id, after_id=None, reason="补上施行日期",
    )  # fmt: skip
    document.refresh_from_db()
    second = clause_of(document, "第二条")
    remove_clause(
        actor=manager, document=document, clause_id=second.clause_id, reason="另行规定",
        seen_version=document.version,
    )  # fmt: skip
    document.refresh_from_db()
    return document


def get(client, document, form, **asked):
    return client.get(f"/wiki/{document.slug}/export/{form}/", asked)


def outline(rows):
    return [(kind, label, text) for kind, label, text in rows]


@pytest.mark.parametrize("form", ["docx", "md", "json"])
@pytest.mark.parametrize("version", [1, 2, 4])
def test_every_version_comes_back_from_its_file(client, changed, form, version):
    response = get(client, changed, form, version=version)
    assert response.status_code == 200
    parsed = parse_file(f"a.{form}", response.content)
    from wiki.outline import arrange

    rows = arrange(ClauseVersion.objects.filter(document=changed).at(version))
    assert [(depth, node.kind, node.label, node.text) for depth, node in parsed.walk()] == [
        (line.depth, Kind(line.row.kind), line.row.label, line.row.text) for line in rows
    ]
    assert parsed.title == changed.title


def test_names_are_chinese_and_ascii(client, document):
    header = get(client, document, "docx")["Content-Disposition"]
    assert header.startswith('attachment; filename="stalls-1.docx"')
    assert unquote(header.split("UTF-8''")[1]) == "摊贩管理办法（征求意见稿） 第1版.docx"


def test_a_title_cannot_break_out_of_the_header_or_the_file(client, make_document):
    document = make_document()
    document.title = 'a"; filename=x.exe\\../<script>:*?|'
    document.save(update_fields=["title"])
    header = get(client, document, "md")["Content-Disposition"]
    assert header.count('"') == 2
    name = unquote(header.split("UTF-8''")[1])
    assert not set('"\\/<>:*?|') & set(name)


def test_word_shows_tracked_changes(client, changed):
    response = get(client, changed, "docx", since=1)
    file = docx.Document(io.BytesIO(response.content))
    body = file.element.body
    inserted = "".join(t.text or "" for mark in body.iter(f"{W}ins") for t in mark.iter(f"{W}t"))
    deleted = "".join(t.text or "" for mark in body.iter(f"{W}del") for t in mark.iter(f"{W}delText"))
    assert "本办法自公布之日起施行。" in inserted
    assert "违反本办法的" in deleted
    assert "二" in inserted
    assert "一" in deleted
    marks = [mark.get(f"{W}id") for tag in ("ins", "del") for mark in body.iter(f"{W}{tag}")]
    assert len(marks) == len(set(marks))
    # Accepting all of them is the new text: our own reader does that.
    parsed = parse_file("a.docx", response.content)
    assert [node.label for _, node in parsed.walk() if node.kind is Kind.ARTICLE] == ["第三条", "第一条"]
    assert file.styles["Heading 1"].style_id == "Heading1"
    assert any(paragraph.style.name == "Heading 1" for paragraph in file.paragraphs)


def test_markdown_and_json_show_changes(client, changed):
    text = get(client, changed, "md", since=1).content.decode()
    assert "{++本办法自公布之日起施行。++}" in text
    assert "{--违反本办法的，处一百元以上五百元以下罚款。--}" in text
    data = json.loads(get(client, changed, "json", since=1).content)
    by_label = {clause["label"]: clause for clause in data["clauses"] if clause["label"]}
    assert [by_label[label]["change"] for label in ("第一条", "第二条", "第三条", "第一章")] == [
        "changed", "removed", "added", "",
    ]  # fmt: skip
    spans = by_label["第一条"]["spans"]
    assert "".join(words for operation, words in spans if operation != "del") == by_label["第一条"]["text"]


def test_the_page_to_print(client, changed):
    page = get(client, changed, "html", since=1).content.decode()
    assert '<ins class="diff-ins">' in page
    assert '<del class="diff-del">' in page
    assert "<h2 id=" in page
    plain = get(client, changed, "html").content.decode()
    assert "<del" not in plain
    assert '<th scope="col">时段</th>' in plain


def test_the_same_text_is_not_sent_twice(client, document):
    first = get(client, document, "docx")
    again = client.get(f"/wiki/{document.slug}/export/docx/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    document.title = "另一个名字"
    document.save(update_fields=["title"])
    again = client.get(f"/wiki/{document.slug}/export/docx/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("form", "asked"),
    [
        ("pdf", {}),
        ("docx", {"version": "9"}),
        ("docx", {"version": "x"}),
        ("docx", {"version": "0"}),
        ("md", {"since": "99999999999999999999"}),
        ("md", {"since": "-1"}),
    ],
)
def test_what_is_not_there(client, document, form, asked):
    assert get(client, document, form, **asked).status_code == 404


def test_a_draft_is_for_staff(client, make_document, manager):
    draft = make_document(opened=False)
    assert get(client, draft, "docx").status_code == 404
    client.force_login(manager)
    assert get(client, draft, "docx").status_code == 200


def test_the_api_gives_the_same(client, changed):
    answer = client.get(f"/api/v1/public/wiki/documents/{changed.slug}/export/", {"version": 2, "since": 1})
    assert answer.status_code == 200
    assert answer.json() == json.loads(get(client, changed, "json", version=2, since=1).content)
    assert client.get(f"/api/v1/public/wiki/documents/{changed.slug}/export/?version=77").status_code == 404


@pytest.mark.parametrize("form", ["docx", "md", "json", "html"])
def test_queries_do_not_grow(client, make_document, form):
    def queries(size):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        nodes = [Node(Kind.ARTICLE, f"第{number}条", "应当亮证经营。") for number in range(size)]
        document = create_document(actor=None, slug=f"d{size}", title="稿", nodes=nodes)
        document.stage = "open"
        document.save(update_fields=["stage"])
        with CaptureQueriesContext(connection) as captured:
            assert get(client, document, form, since=1).status_code == 200
        return len(captured)

    assert queries(3) == queries(60)


def test_word_files_are_sound_archives(client, changed):
    with zipfile.ZipFile(io.BytesIO(get(client, changed, "docx", since=1).content)) as archive:
        assert archive.testzip() is None
