"""What is read from a letter: whose it is, its own words, whatever its form."""

import base64

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as strict
from hypothesis import strategies as st

from civic.cases.mail.letters import read_letter
from civic.cases.mail.proof import proven_domain
from civic.cases.mail.quoting import own_words
from civic.cases.mail.taking import Outcome, take_letter
from tests.site.cases.letters import letter

pytestmark = pytest.mark.usefixtures("mail_is_kept")


@given(st.text(max_size=120), st.sampled_from(["mx", "mx.city.example", ""]))
def test_no_header_of_a_stranger_proves_a_domain(header: str, server: str) -> None:
    """Only what begins with the server's own name counts, and then only DMARC's domain."""
    domain = proven_domain(header, server)
    assert not domain or (
        header.lower().split(";")[0].split()[:1] == [server] and "dmarc=pass" in header.lower()
    )
    assert proven_domain(f"{server or 'mx'}; dmarc=pass header.from=a.b", server) == ("a.b" if server else "")


QUOTED = [
    '{0}\n\n------------------ 原始邮件 ------------------\n发件人: "我爱北京" <a@b.c>;\n主题: 已受理\n\n旧文',
    '{0}\n在 2026-05-11 10:30:00，"我爱北京" <a@b.c> 写道：\n> 旧文\n> 旧文',
    '{0}\n\n\n\nAt 2026-05-11 10:30:00, "我爱北京" <a@b.c> wrote:\n>旧文',
    "{0}\n\n发自我的 iPhone\n\n> 在 2026年5月11日，上午10:30，我爱北京 <a@b.c> 写道：\n> \n> 旧文",
    "{0}\n\n我爱北京 <a@b.c> 于2026年5月11日周一 10:30写道：\n\n> 旧文",
    "{0}\n________________________________\n发件人: 我爱北京 <a@b.c>\n发送时间: 2026年5月11日 10:30\n收件人: x\n主题: y\n\n旧文",
    "{0}\n\nFrom: City <a@b.c>\nSent: Monday\nTo: x\nSubject: y\n\n旧文",
    "On Mon, May 11, 2026 at 10:30 AM City <a@b.c> wrote:\n> 旧文\n\n{0}",
    "{0}\n\nOn Mon, May 11, 2026 at 10:30 AM City of Somewhere\n<a@b.c> wrote:\n> 旧文",
    "> 旧文\n{0}",
]


@pytest.mark.parametrize("form", QUOTED)
def test_the_quoted_letter_is_left_out(form: str) -> None:
    assert (
        own_words(form.format("桶站又满了，\n请再清一次。"), reply=True).rstrip("_ \n")
        == "桶站又满了，\n请再清一次。"
    )


@pytest.mark.parametrize(
    "text",
    [
        "位置：富力城北门\n时间：每天晚上\n发件人：王先生\n谢谢！",
        "门口贴的告示写道：\n禁止通行，可是没有人管",
        "一楼——三楼都没有灯\n二楼最黑",
        "坏了。\n\n> 不是引用，只是我爱用的符号",
    ],
)
def test_what_only_looks_like_a_quote_stays_in_a_new_letter(text: str) -> None:
    assert own_words(text, reply=False) == text


def test_a_forward_without_words_of_its_own_stays_whole() -> None:
    text = "---------- 转发邮件 ----------\n发件人: 李四\n日期: 5月1日\n主题: 噪声\n\n楼下夜里施工"
    assert own_words(text, reply=True) == text


@pytest.mark.parametrize(
    "mark", ["--\n王先生\n某公司", "发自我的华为手机", "Sent from my iPhone", "从我的小米手机发送"]
)
def test_a_signature_is_left_out(mark: str) -> None:
    assert own_words(f"路灯不亮\n\n{mark}\n", reply=False) == "路灯不亮"


def raw(charset: bytes, body: bytes, subject: bytes = b"", kind: bytes = b"text/plain") -> bytes:
    head = b"From: wang@example.org\r\nSubject: %s\r\nContent-Type: %s; charset=%s\r\n" % (
        subject,
        kind,
        charset,
    )
    return head + b"Content-Transfer-Encoding: 8bit\r\n\r\n" + body


RARE = "垚镕喆小区的路灯不亮"  # 镕 and 喆 are not in GB 2312


@pytest.mark.parametrize(
    ("named", "really"),
    [("gb2312", "gbk"), ("gb2312", "gb18030"), ("utf-8", "gb18030"), ("no-such-charset", "utf-8"), ("us-ascii", "utf-8"),
     ("gb18030", "gb18030"), ("utf-8", "utf-8"), ("big5", "utf-8")],
)  # fmt: skip
def test_a_wrong_charset_is_survived(named: str, really: str) -> None:
    content = RARE.encode(really)
    read = read_letter(raw(named.encode(), content, subject=content))
    assert (read.words, read.subject) == (RARE, RARE)


def test_an_encoded_subject_that_names_the_wrong_charset() -> None:
    word = b"=?gb2312?B?" + base64.b64encode(RARE.encode("gbk")) + b"?="
    assert read_letter(raw(b"utf-8", b"x", subject=word)).subject == RARE


def test_html_alone_is_read_as_text() -> None:
    html = "<style>p{}</style><p>路灯不亮</p><div>在<b>北门</b><br>很黑</div><blockquote type=cite>旧文</blockquote>"
    read = read_letter(raw(b"utf-8", html.encode(), kind=b"text/html"))
    assert read.words.split() == ["路灯不亮", "在北门", "很黑"]


def test_blocks_of_a_page_are_lines_of_their_own() -> None:
    html = (
        "<p>路灯不亮</p>三天了<div>在<b>北门</b><!-- 注 --></div>请修<table><tr><td>1&lt;2</td></tr></table>"
    )
    read = read_letter(raw(b"utf-8", html.encode(), kind=b"text/html"))
    assert read.words.split("\n") == ["路灯不亮", "三天了在北门", "请修1<2"]


def test_plain_text_comes_before_html() -> None:
    message = letter("正文")
    message.add_alternative("<p>网页</p>", subtype="html")
    assert read_letter(bytes(message)).words == "正文"


@pytest.mark.django_db
@strict(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.builds(
            lambda sender, subject, kind, body: b"From: " + sender + b"\r\nSubject: " + subject
            + b"\r\nContent-Type: " + kind + b"\r\n\r\n" + body,
            st.sampled_from([b"a@example.org", b"<a@example.org", b"=?x?B?y?= <a@example.org>", b"\xff@\xff", b""]),
            st.binary(max_size=60).map(lambda value: value.replace(b"\n", b"")),
            st.sampled_from([b"text/plain; charset=\xff", b"multipart/mixed; boundary=x", b";", b"text/html", b"multipart/",
                             b"message/rfc822", b"text/plain; name*0*=\xff; name*1=x"]),
            st.binary(max_size=200) | st.just(b"--x\r\nContent-Type: text/plain\r\n\r\nhi\r\n--x--"),
        ),
    )
)  # fmt: skip
def test_no_bytes_break_it(content: bytes) -> None:
    assert take_letter(content).outcome in Outcome


@given(st.text(max_size=300), st.booleans())
def test_words_are_never_made_up(text: str, reply: bool) -> None:
    words = own_words(text, reply=reply)
    assert bool(words) == bool(text.strip())
    normal = text.replace("\r\n", "\n").replace("\r", "\n")
    assert all(line in normal for line in words.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def test_deep_and_long_letters_end() -> None:
    deep = b"From: a@example.org\r\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        for level in range(400)
    )
    read_letter(deep)
    for mark in (b"<div>", b"<!--", b"<blockquote type=cite>"):
        read_letter(raw(b"utf-8", mark * 10_000, kind=b"text/html"))
    for line in ("On " + "a " * 5000, "发件人: ", "> " * 2000, "\n" * 100, " " * 400 + "x"):
        own_words(f"{line}\n" * 400, reply=True)
