"""Settings of the test suite: SQLite in a file of its own per run, or the PostgreSQL named by DATABASE_URL."""

import atexit
import shutil
import tempfile
from pathlib import Path

from civic.settings.base import *  # noqa: F403
from civic.settings.base import DATABASES, LOGGING, STORAGES, private_storage

DEMO = True
SECRET_KEY = "tests-only-" + "x" * 40
_folder = Path(tempfile.mkdtemp(prefix="civic-test-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
MEDIA_ROOT = _folder / "media"
STATIC_ROOT = _folder / "static"  # WhiteNoise warns of a folder that is not there, as in a fresh clone
STATIC_ROOT.mkdir()
PRIVATE_ROOT = _folder / "private"
STORAGES = {
    **STORAGES,
    "private": private_storage(PRIVATE_ROOT),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads of a live server need connections of their own.
    DATABASES["default"]["TEST"] = {"NAME": str(_folder / "test.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ANALYSIS_BUDGET_SECONDS = 30.0  # tests decide by behaviour, not by the speed of the machine
OPEN311_API_KEYS = {"demo-key": "partner-demo", "other-key": "partner-other"}
INTAKE_RATE_EXEMPT = []
INTAKE_RATE_ANONYMOUS = "1000/min"
WIKI_VIEWS_FLUSH_SECONDS = 0  # no timer writes behind a test's back
EMBEDDING_DIR = Path("no-model")  # what is grouped depends on no model that a machine may have
BOT_RASA_URL = ""
WECHAT_TOKEN = "test-token"
WECHAT_APP_ID = "wx0123456789abcdef"
WECHAT_SECRET = "test-secret"
WECHAT_ENCODING_AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
WECHAT_API_BASE = "http://127.0.0.1:9/"
LOGGING = {**LOGGING, "root": {"handlers": ["stderr"], "level": "CRITICAL"}}
