"""django-wiki (PyPI `wiki`) on one text and a list of its revisions; runs in an environment of its own.

Run by bench_wiki.py: python beside_django_wiki.py FOLDER ROUNDS, where FOLDER holds `revisions.json`, the texts of the
page in order. Prints one JSON object: what → list of milliseconds. Pages are asked for by the test client, in one
process, as bench_wiki.py asks for ours.
"""

import json
import sys
import time
from pathlib import Path


def main() -> None:
    folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY="bench", DEBUG=False, ROOT_URLCONF="beside_django_wiki", ALLOWED_HOSTS=["testserver"], SITE_ID=1, USE_TZ=True,
        LANGUAGE_CODE="zh-hans", STATIC_URL="/static/", MEDIA_ROOT=str(folder), DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "django-wiki.sqlite3")}},
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        WIKI_CHECK_SLUG_URL_AVAILABLE=False, WIKI_ANONYMOUS_WRITE=False, WIKI_REVISIONS_PER_MINUTES=10**6, WIKI_REVISIONS_PER_HOUR=10**6,
        INSTALLED_APPS=[
            "django.contrib.sites", "django.contrib.humanize", "django.contrib.auth", "django.contrib.contenttypes",
            "django.contrib.sessions", "django.contrib.messages", "django_nyt.apps.DjangoNytConfig", "mptt", "sekizai",
            "sorl.thumbnail", "wiki.apps.WikiConfig", "wiki.plugins.attachments.apps.AttachmentsConfig",
            "wiki.plugins.notifications.apps.NotificationsConfig", "wiki.plugins.images.apps.ImagesConfig",
            "wiki.plugins.macros.apps.MacrosConfig",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[{
            "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
            "OPTIONS": {"context_processors": [
                "django.contrib.auth.context_processors.auth", "django.template.context_processors.debug",
                "django.template.context_processors.i18n", "django.template.context_processors.media",
                "django.template.context_processors.request", "django.template.context_processors.static",
                "django.template.context_processors.tz", "django.contrib.messages.context_processors.messages",
                "sekizai.context_processors.sekizai",
            ]},
        }],
    )  # fmt: skip
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(measure(json.loads((folder / "revisions.json").read_text("utf-8")), rounds)))


def measure(revisions: list[str], rounds: int) -> dict[str, list[float]]:
    """Replay the revisions and time the pages."""
    from django.contrib.auth import get_user_model
    from django.core.cache import cache
    from django.test import Client
    from django.urls import reverse

    from wiki.models import ArticleRevision, URLPath

    user = get_user_model().objects.create_superuser("bench", "bench@example.org", "bench")
    root = URLPath.create_root(title="Bench", content=revisions[0])
    article = root.article
    for text in revisions[1:]:
        revision = ArticleRevision(title="Bench", content=text, user=user)
        revision.inherit_predecessor(article)
        revision.content = text
        article.add_revision(revision)
    reader, writer = Client(), Client()
    writer.force_login(user)
    ids = list(ArticleRevision.objects.filter(article=article).order_by("id").values_list("pk", flat=True))
    view, history = reverse("wiki:get", kwargs={"path": ""}), reverse("wiki:history", kwargs={"path": ""})
    found: dict[str, list[float]] = {
        "view": [],
        "view_cached": [],
        "history": [],
        "save": [],
        "merge_preview": [],
    }
    edit = reverse("wiki:edit", kwargs={"path": ""})
    for n in range(rounds + 1):
        cache.clear()
        found["view"].append(_timed(reader.get, view))
        found["view_cached"].append(_timed(reader.get, view))
        found["history"].append(_timed(reader.get, history))
        article.refresh_from_db()
        given = {
            "title": "Bench", "content": f"{revisions[-1]}\n{n}", "summary": "", "save": "1",
            "current_revision": article.current_revision_id,
        }  # fmt: skip
        found["save"].append(_timed(writer.post, edit, given, status=302))
        preview = reverse("wiki:merge_revision_preview", args=[article.pk, ids[n % (len(ids) - 1)]])
        found["merge_preview"].append(_timed(writer.get, preview))
    return {name: times[1:] for name, times in found.items()}


def _timed(ask, *args, status: int = 200) -> float:
    start = time.perf_counter()
    response = ask(*args)
    took = (time.perf_counter() - start) * 1000
    assert response.status_code == status, (response.status_code, response.content[:300])
    return took


if __name__ == "__main__":
    main()
else:
    from django.urls import include, path

    urlpatterns = [path("notifications/", include("django_nyt.urls")), path("", include("wiki.urls"))]
