"""Differences: both texts can be read off the spans, whatever the texts."""

from hypothesis import given
from hypothesis import strategies as st

from wiki.presenters.parts import diff_html, marked, public_diff_html
from wiki.text.diff import changed_share, diff_spans
from wiki.text.tokens import encode, tokenize

anything = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)


@given(anything, anything)
def test_spans_hold_both_texts(old, new):
    spans = diff_spans(old, new)
    assert "".join(span.text for span in spans if span.operation != "ins") == old
    assert "".join(span.text for span in spans if span.operation != "del") == new
    assert 0 <= changed_share(old, new) <= 1


@given(anything)
def test_tokens_are_the_text(text):
    assert "".join(tokenize(text)) == text
    codes = encode([tokenize(text), tokenize(text)])
    assert codes[0] == codes[1]
    assert len(codes[0]) == len(tokenize(text))


def test_more_than_fifty_thousand_different_units_stay_apart():
    tokens = [str(number) for number in range(60_000)]
    (code,) = encode([tokens])
    assert len(set(code)) == len(tokens)
    code.encode("utf-8")  # no half surrogates among them


@given(anything, anything)
def test_html_in_a_text_is_never_html_on_a_page(old, new):
    for html in (marked(old), diff_html(old, new), public_diff_html(old, new)):
        rest = html
        for tag in (
            "strong",
            'ins class="diff-ins"',
            'del class="diff-del"',
            'span class="visually-hidden"',
            "br",
        ):
            rest = rest.replace(f"<{tag}>", "").replace(f"</{tag.split()[0]}>", "")
        assert "<" not in rest
        assert ">" not in rest


def test_numbers_change_as_a_whole_and_are_named_for_screen_readers():
    html = diff_html("罚款10元", "罚款150元")
    assert '<del class="diff-del"><span class="visually-hidden">删去：</span>10</del>' in html
    assert '<ins class="diff-ins"><span class="visually-hidden">增加：</span>150</ins>' in html


def test_bold_is_the_one_mark():
    assert marked("**应当** *不* <b>x</b>") == "<strong>应当</strong> *不* &lt;b&gt;x&lt;/b&gt;"


def test_personal_data_in_unchecked_words_is_masked():
    html = public_diff_html("联系居委会。", "联系张先生，电话13800138000。")
    assert "13800138000" not in html
