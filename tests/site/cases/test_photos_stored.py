"""Photos of a report: really pictures, stored privately as they came, or nothing stored at all."""

import contextlib
import io
import os
import struct
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.module_loading import import_string
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image

from civic.accounts.roles import Role
from civic.cases.models import (
    private_storage,
)
from civic.cases.services import Idempotency, release_report
from civic.cases.services.photos import make_public_copies, sweep_orphans
from civic.core import outbox, schedule
from civic.core.errors import InvalidInput, TooLarge
from tests.factories import UserFactory, make_photo
from tests.site.cases.submitting import private_files, refusal, submit

pytestmark = pytest.mark.django_db


# --- photos -----------------------------------------------------------------------------------


def test_photos_are_stored_privately_under_random_names_as_they_came() -> None:
    photo = make_photo(name="../../etc/passwd.jpg")
    report = submit(photos=[photo, make_photo("PNG", name="a.exe"), make_photo("WEBP")])
    first, second, third = sorted(report.photos.all(), key=lambda item: item.media_type)
    assert [first.media_type, second.media_type, third.media_type] == [
        "image/jpeg",
        "image/png",
        "image/webp",
    ]
    photo.seek(0)
    assert first.original.read() == photo.read()
    first.original.close()
    for item in (first, second, third):
        assert item.original.name.startswith("photos/")
        assert "passwd" not in item.original.name
        assert item.public_copy.name == ""
        assert (item.width, item.height) == (64, 48)
        assert Path(item.original.path).stat().st_mode & 0o077 == 0


def test_a_telephones_picture_with_two_frames_is_a_photo() -> None:
    image, out = Image.new("RGB", (32, 32)), io.BytesIO()
    image.save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (32, 32), (9, 9, 9))])
    report = submit(photos=[SimpleUploadedFile("IMG_1.jpg", out.getvalue())])
    assert report.photos.get().media_type == "image/jpeg"


def png(width: int, height: int) -> bytes:
    """Return a PNG whose header promises a picture of this size and whose data is a few bytes."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(100))),
        (b"IEND", b""),
    ]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


FAKES = {
    "empty": b"",
    "text": "不是照片".encode(),
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "gif": b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x00\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;",
    "header only": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "png without its data": png(400, 300),
}


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("kind", FAKES)
def test_a_fake_photo_is_refused_by_its_place_and_nothing_is_stored(kind: str) -> None:
    fake = SimpleUploadedFile("photo.jpg", FAKES[kind], content_type="image/jpeg")
    error = refusal(photos=[make_photo(), fake])
    assert (error.status, error.code) == (400, "not_a_photo")
    assert "第 2 个文件" in error.message
    assert "photos" in error.fields


@pytest.mark.usefixtures("nothing_left")
def test_half_a_photo_is_refused() -> None:
    whole = make_photo(size=(400, 300), quality=95)
    whole.seek(0)
    error = refusal(photos=[SimpleUploadedFile("half.jpg", whole.read()[:-400])])
    assert error.code == "not_a_photo"


@pytest.mark.usefixtures("nothing_left")
def test_a_photo_over_the_limit_is_too_large() -> None:
    big = SimpleUploadedFile("big.jpg", b"\xff\xd8\xff" + b"\0" * (30 * 1024 * 1024))
    error = refusal(photos=[big])
    assert isinstance(error, TooLarge)
    assert (error.status, error.code) == (413, "photo_too_large")
    assert "10 MB" in error.message


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("size", [(9000, 9000), (20_000, 20_000), (60_000, 60_000)])
def test_a_decompression_bomb_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    error = refusal(photos=[SimpleUploadedFile("bomb.png", png(*size))])
    assert (error.status, error.code) == (413, "photo_too_large")
    assert "像素" in error.message


@pytest.mark.usefixtures("nothing_left")
def test_more_photos_than_allowed_are_refused() -> None:
    assert refusal(photos=[make_photo() for _ in range(7)]).code == "too_many_photos"


@examples(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["JPEG", "PNG", "WEBP"]),
    damage=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_a_damaged_photo_is_taken_or_refused_never_a_crash(kind: str, damage: list[tuple[int, int]]) -> None:
    file = make_photo(kind)
    content = bytearray(file.read())
    for place, value in damage:
        content[place % len(content)] = value
    with contextlib.suppress(InvalidInput):
        report = submit(photos=[SimpleUploadedFile("damaged", bytes(content))])
        assert report.photos.count() == 1


@pytest.mark.usefixtures("nothing_left")
def test_when_the_database_refuses_files_and_rows_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**kwargs: Any) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(outbox, "publish", fail)
    with pytest.raises(RuntimeError):
        submit(photos=[make_photo(), make_photo()], idempotency=Idempotency("t", "k"))


@pytest.mark.usefixtures("nothing_left")
def test_when_the_second_photo_cannot_be_written_the_first_goes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = type(private_storage())
    save, calls = storage.save, []

    def fail_later(self: Any, name: str, content: Any, max_length: int | None = None) -> str:
        calls.append(name)
        if len(calls) == 2:
            raise OSError("disk full")
        return save(self, name, content, max_length)

    monkeypatch.setattr(storage, "save", fail_later)
    with pytest.raises(OSError, match="disk full"):
        submit(photos=[make_photo(), make_photo()])
    assert len(calls) == 2


# --- what a killed process leaves -------------------------------------------------------------


def test_only_old_files_that_no_photo_names_are_swept() -> None:
    others = private_files()
    report = submit(photos=[make_photo()])
    release_report(report_pk=report.pk, actor=UserFactory(roles=[Role.CASE_CLERK]), text="", with_photos=True)
    make_public_copies(report_pk=report.pk)
    named = private_files() - others
    storage = private_storage()
    orphans = [storage.save(f"{folder}/zz/left.jpg", ContentFile(b"x")) for folder in ("photos", "public")]
    fresh = storage.save("photos/zz/being-written.jpg", ContentFile(b"x"))
    old = (timezone.now() - timedelta(days=2)).timestamp()
    for name in [*named, *orphans]:
        os.utime(storage.path(name), (old, old))
    assert len(named) == 2
    assert sweep_orphans() == 2
    assert private_files() == others | named | {fresh}


def test_the_sweep_runs_every_day() -> None:
    period, job = schedule._jobs["cases.sweep_photos"]
    assert (period, import_string(job)) == (timedelta(days=1), sweep_orphans)
