"""Photos: checked before anything is stored, kept private as they came, re-encoded for the public."""

import hashlib
import io
import logging
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from PIL import Image, ImageOps

from civic.cases.exif import position_of
from civic.cases.models import CaseEvent, Photo, Report, private_storage
from civic.core.errors import InvalidInput, TooLarge

logger = logging.getLogger("civic.cases")
FORMATS = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png"), "WEBP": ("image/webp", "webp")}
MULTI_PICTURE = "MPO"  # what Pillow calls a telephone's JPEG that holds a second picture
PUBLIC_EDGE = 1600  # pixels of the longer side of a public copy
RELEASE_RESULTS = "release_results"  # action of the entry by which an answer's photos became public
WITHDRAW_RESULTS = "withdraw_results"  # and of the one by which they ceased to be
HELD = "held"  # photos that wait for an answer of the person who sends them
FOLDERS = ("photos", "public", HELD)  # in private storage, with originals and public copies
ORPHAN_AGE = timedelta(days=1)  # far longer than any request or task that is about to name its file


@dataclass(frozen=True)
class CheckedPhoto:
    """A file that really is an image."""

    file: UploadedFile
    media_type: str
    extension: str
    width: int
    height: int
    sha256: str
    taken: tuple[float, float] | None = None  # longitude and latitude that the camera wrote; private


# Photos in private storage under their names, not yet named by any row.
Stored = Sequence[tuple[CheckedPhoto, str]]


def check_photos(files: Sequence[UploadedFile]) -> list[CheckedPhoto]:
    """Return the photos after decoding each; InvalidInput or TooLarge names what is wrong with which one."""
    if len(files) > settings.PHOTO_LIMIT_COUNT:
        message = f"一次最多 {settings.PHOTO_LIMIT_COUNT} 张照片。"
        raise InvalidInput(message, code="too_many_photos", fields={"photos": message})
    return [_check(file, index) for index, file in enumerate(files, start=1)]


def _check(file: UploadedFile, index: int) -> CheckedPhoto:
    if (file.size or 0) > settings.PHOTO_LIMIT_BYTES:
        megabytes = settings.PHOTO_LIMIT_BYTES // (1024 * 1024)
        message = f"第 {index} 张照片超过 {megabytes} MB，请压缩后再上传。"
        raise TooLarge(message, code="photo_too_large", fields={"photos": message})
    message = f"第 {index} 个文件不是能识别的照片，请上传 JPEG、PNG 或 WebP 图片。"
    wrong = InvalidInput(message, code="not_a_photo", fields={"photos": message})
    message = f"第 {index} 张照片的像素太多，请缩小后再上传。"
    too_many_pixels = TooLarge(message, code="photo_too_large", fields={"photos": message})
    try:
        file.seek(0)
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
        with Image.open(file, formats=list(FORMATS)) as image:
            kind = image.format or ""
            width, height = image.size
            if width * height > settings.PHOTO_LIMIT_PIXELS:
                raise too_many_pixels
            image.load()  # a broken or forged file fails here, not when the public asks for it
            taken = position_of(image)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise too_many_pixels from error
    except TooLarge:
        raise
    except Exception as error:  # the decoders raise a dozen types over damaged files, struct.error among them
        raise wrong from error
    finally:
        file.seek(0)
    media_type, extension = FORMATS["JPEG" if kind == MULTI_PICTURE else kind]
    return CheckedPhoto(file, media_type, extension, width, height, digest.hexdigest(), taken)


def row_of(photo: CheckedPhoto, name: str, *, report: Report, event: CaseEvent | None = None) -> Photo:
    """Return the row of a stored photo, which the caller saves."""
    lon, lat = photo.taken or (None, None)
    return Photo(
        report=report, event=event, original=name, media_type=photo.media_type, width=photo.width,
        height=photo.height, sha256=photo.sha256, taken_lon=lon, taken_lat=lat,
    )  # fmt: skip


def store_photos(photos: Sequence[CheckedPhoto]) -> list[tuple[CheckedPhoto, str]]:
    """Write the originals to private storage under random names; return them with their names."""
    stored: list[tuple[CheckedPhoto, str]] = []
    storage = private_storage()
    try:
        for photo in photos:
            key = uuid.uuid4().hex
            stored.append((photo, storage.save(f"photos/{key[:2]}/{key}.{photo.extension}", photo.file)))
    except BaseException:
        discard(stored)
        raise
    return stored


@contextmanager
def keeping(files: Sequence[UploadedFile]) -> Iterator[list[tuple[CheckedPhoto, str]]]:
    """Check and store later photos around the transaction that names them; when that fails none is left."""
    stored = store_photos(check_photos(files))
    try:
        yield stored
    except BaseException:
        discard(stored)
        raise


def attach(stored: Stored, *, report: Report, event: CaseEvent) -> None:
    """Name stored photos as part of an entry of the record, in the caller's transaction."""
    Photo.objects.bulk_create(row_of(photo, name, report=report, event=event) for photo, name in stored)


def discard(stored: Stored) -> None:
    """Delete files whose report was not stored."""
    for _, name in stored:
        private_storage().delete(name)


def sweep_orphans() -> int:
    """Delete files older than a day that no photo names, left by a process killed before its commit; count them."""
    storage, before = private_storage(), timezone.now() - ORPHAN_AGE
    orphans = {
        name
        for folder in FOLDERS
        for name in _files_below(folder)
        if storage.get_modified_time(name) < before
    }
    for names in Photo.objects.values_list("original", "public_copy").order_by().iterator():
        orphans.difference_update(names)
    for name in orphans:
        storage.delete(name)
    if orphans:
        logger.warning("orphaned photo files deleted", extra={"count": len(orphans)})
    return len(orphans)


def _files_below(folder: str) -> Iterator[str]:
    storage = private_storage()
    if not storage.exists(folder):
        return
    folders, files = storage.listdir(folder)
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from _files_below(f"{folder}/{name}")


def make_public_copies(*, report_pk: int) -> int:
    """Make the public copies of the photos that came with a released report; return how many were made.

    Never of photos that came later: those are not what was released.
    """
    came_with_it = Photo.objects.filter(report_id=report_pk, event=None, report__release__with_photos=True)
    return sum(_make_public_copy(photo) for photo in came_with_it.filter(public_copy=""))


def make_result_copies(*, answer_pk: int) -> int:
    """Make the public copies of an answer's photos once they are released; return how many were made."""
    if not is_released(answer_pk):
        return 0
    results = Photo.objects.filter(event_id=answer_pk, event__action="answer", public_copy="")
    return sum(_make_public_copy(photo) for photo in results)


def is_released(answer_pk: int) -> bool:
    """Whether the photos of an answer are released by the record's latest word on them."""
    said = CaseEvent.objects.filter(action__in=(RELEASE_RESULTS, WITHDRAW_RESULTS), data__answer=answer_pk)
    return said.order_by("pk").values_list("action", flat=True).last() == RELEASE_RESULTS


def drop_public_copies(*, report_pk: int) -> int:
    """Delete the public copies of a report's photos after their release was withdrawn; return how many there were."""
    withdrawn = Photo.objects.filter(report_id=report_pk, event=None).exclude(
        report__release__with_photos=True
    )
    return sum(_drop_public_copy(photo) for photo in withdrawn.exclude(public_copy=""))


def drop_result_copies(*, answer_pk: int) -> int:
    """Delete the public copies of an answer's photos after their release was withdrawn; return how many there were."""
    if is_released(answer_pk):
        return 0
    return sum(
        _drop_public_copy(photo) for photo in Photo.objects.filter(event_id=answer_pk).exclude(public_copy="")
    )


def without_metadata(photo: Photo) -> bytes:
    """Return a photo as a JPEG without metadata, turned upright, at most 1,600 pixels long."""
    with photo.original.open("rb") as file, Image.open(file) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
        upright.thumbnail((PUBLIC_EDGE, PUBLIC_EDGE))
        upright.info.clear()  # Pillow carries a JPEG's comment over by itself
        out = io.BytesIO()
        upright.save(out, "JPEG", quality=82, optimize=True, progressive=True)
    return out.getvalue()


def _drop_public_copy(photo: Photo) -> bool:
    name = str(photo.public_copy)
    # The row first: a file that an interrupted run leaves is swept with the orphans.
    dropped = Photo.objects.filter(pk=photo.pk, public_copy=name).update(public_copy="")
    private_storage().delete(name)
    return bool(dropped)


def _make_public_copy(photo: Photo) -> bool:
    """Store the copy that the public may see.

    Idempotent: a copy that an interrupted run left behind is written again under its own name.
    """
    storage = private_storage()
    wanted = f"public/{photo.pk.hex[:2]}/{photo.pk.hex}.jpg"
    storage.delete(wanted)
    name = storage.save(wanted, ContentFile(without_metadata(photo)))
    return bool(Photo.objects.filter(pk=photo.pk).update(public_copy=name))
