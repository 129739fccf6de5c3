"""Photos: checked before anything is stored, kept private as they came, re-encoded for the public."""

import hashlib
import io
import uuid
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps, UnidentifiedImageError

from civic.cases.models import Photo, private_storage
from civic.core.errors import InvalidInput, TooLarge

FORMATS = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png"), "WEBP": ("image/webp", "webp")}
PUBLIC_EDGE = 1600  # pixels of the longer side of a public copy


@dataclass(frozen=True)
class CheckedPhoto:
    """A file that really is an image."""

    file: UploadedFile
    media_type: str
    extension: str
    width: int
    height: int
    sha256: str


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
    try:
        file.seek(0)
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=list(FORMATS)) as image:
                kind = image.format or ""
                width, height = image.size
                if width * height > settings.PHOTO_LIMIT_PIXELS:
                    message = f"第 {index} 张照片的像素太多，请缩小后再上传。"
                    raise TooLarge(message, code="photo_too_large", fields={"photos": message})
                image.load()  # a broken or forged file fails here, not when the public asks for it
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombWarning,
    ) as error:
        raise wrong from error
    except Image.DecompressionBombError as error:
        raise wrong from error
    finally:
        file.seek(0)
    media_type, extension = FORMATS[kind]
    return CheckedPhoto(file, media_type, extension, width, height, digest.hexdigest())


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


def discard(stored: Sequence[tuple[CheckedPhoto, str]]) -> None:
    """Delete files whose report was not stored."""
    for _, name in stored:
        private_storage().delete(name)


def make_public_copies(*, report_pk: int) -> int:
    """Re-encode a report's photos without metadata, turned upright; return how many were made. Idempotent."""
    made = 0
    for photo in Photo.objects.filter(report_id=report_pk, public_copy=""):
        with photo.original.open("rb") as file, Image.open(file) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
            upright.thumbnail((PUBLIC_EDGE, PUBLIC_EDGE))
            out = io.BytesIO()
            upright.save(out, "JPEG", quality=82, optimize=True, progressive=True)
        name = private_storage().save(
            f"public/{photo.pk.hex[:2]}/{photo.pk.hex}.jpg", ContentFile(out.getvalue())
        )
        Photo.objects.filter(pk=photo.pk).update(public_copy=name)
        made += 1
    return made
