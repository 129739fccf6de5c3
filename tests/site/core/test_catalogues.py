"""The folded Chinese catalogue says what Django's own chain of catalogues says."""

from django.utils.translation import trans_real

from civic.core import catalogues


def chain_of(translation):
    while translation is not None:
        yield translation
        translation = translation._fallback


def words_of(translation):
    for one in chain_of(translation):
        for part in getattr(one._catalog, "_catalogs", None) or [one._catalog]:
            yield from part


def test_every_word_of_every_package_is_said_as_before(monkeypatch):
    as_django_has_it = trans_real.DjangoTranslation("zh-hans")
    folded = trans_real.DjangoTranslation("zh-hans")
    monkeypatch.setattr(trans_real, "_translations", {"zh-hans": folded})
    catalogues.fold("zh-hans")
    assert len(list(chain_of(as_django_has_it))) > len(list(chain_of(folded))) == 1
    keys = set(words_of(as_django_has_it))
    assert len(keys) > 1000
    for key in keys | {"这句话没有译文", "Log in"}:
        if isinstance(key, str):
            assert folded.gettext(key) == as_django_has_it.gettext(key), key
        else:
            for n in (0, 1, 2, 7):
                assert folded.ngettext(key[0], "", n) == as_django_has_it.ngettext(key[0], "", n), key


def test_the_site_runs_with_the_folded_catalogue():
    assert trans_real.translation("zh-hans")._fallback is None
    assert trans_real.translation("zh-hans").gettext("Log in") != "Log in"


def test_words_counted_by_other_rules_are_left_alone(monkeypatch):
    chain = trans_real.DjangoTranslation("zh-hans")
    last = list(chain_of(chain))[-1]
    monkeypatch.setattr(last, "plural", lambda n: int(n != 1))
    monkeypatch.setattr(trans_real, "_translations", {"zh-hans": chain})
    catalogues.fold("zh-hans")
    assert chain._fallback is not None
