"""Photos that wait, in private storage, while their sender answers a question: a browser cannot send files again by itself.

The form carries a signed token that names them for an hour; what is never fetched is swept away after a day.
"""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from pathlib import PurePosixPath

from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from civic.cases.models import private_storage
from civic.cases.services.photos import HELD, check_photos
from civic.core.errors import InvalidInput

SALT = "cases.held-photos"
KEPT = timedelta(hours=1)
GONE = "照片放得太久，已经删掉了，请重新选一次。"


def hold(files: Sequence[UploadedFile]) -> str:
    """Check and keep photos; return the token that fetches them, "" for none."""
    names = []
    for photo in check_photos(files):
        names.append(private_storage().save(f"{HELD}/{uuid.uuid4().hex}.{photo.extension}", photo.file))
        photo.file.seek(0)
    return signing.dumps(names, salt=SALT, compress=True) if names else ""


def fetch(token: str) -> list[UploadedFile]:
    """Return the photos that a token names; InvalidInput for one that is too old, and none for one that is not ours."""
    if not token:
        return []
    gone = InvalidInput(GONE, code="photos_gone", fields={"photos": GONE})
    try:
        names = signing.loads(token, salt=SALT, max_age=KEPT)
    except signing.SignatureExpired as error:
        raise gone from error
    except signing.BadSignature:
        return []
    storage, found = private_storage(), list[UploadedFile]()
    for name in names:
        if not storage.exists(name):
            raise gone
        with storage.open(name) as file:
            found.append(SimpleUploadedFile(PurePosixPath(name).name, file.read()))
    return found


def together(held: Sequence[UploadedFile], sent: Sequence[UploadedFile]) -> list[UploadedFile]:
    """Return held photos and those sent now, each once: a page with a script sends again what is held."""
    found: dict[bytes, UploadedFile] = {}
    for file in (*held, *sent):
        file.seek(0)
        found.setdefault(file.read(), file)
        file.seek(0)
    return list(found.values())
