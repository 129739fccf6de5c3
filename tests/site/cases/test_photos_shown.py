"""Who sees a photo when, and what the public copy no longer carries."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from civic.accounts.models import User
from civic.cases.models import Photo, Report, ReportRelease
from civic.cases.services import release_report
from civic.core import outbox
from civic.core.errors import InvalidInput
from tests.factories import INSIDE, UserFactory, make_photo
from tests.site.cases.submitting import SENTENCE, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return UserFactory(roles=["case_clerk"])


def readers() -> dict[str, Client]:
    """Everyone who is not the reporter and has no desk."""
    readers = {"visitor": Client(), "citizen": Client(), "moderator": Client()}
    readers["citizen"].force_login(UserFactory(roles=["citizen"]))
    readers["moderator"].force_login(UserFactory(roles=["moderator"]))
    return readers


def release(report: Report, clerk: User, **kwargs: Any) -> ReportRelease:
    released = release_report(report_pk=report.pk, actor=clerk, **kwargs)
    outbox.drain()
    return released


def photo_of(client: Client, address: str) -> tuple[int, bytes]:
    response = client.get(address)
    return response.status_code, b"".join(response) if response.streaming else b""


def test_who_sees_a_photo_when(clerk: User) -> None:
    owner = Client()
    owner.post("/report/", {"text": SENTENCE, "lon": INSIDE[0], "lat": INSIDE[1], "photos": make_photo()})
    report = Report.objects.with_public_parts().get()
    photo = report.photos.get()
    address = f"/cases/photos/{photo.pk}/"
    desk, far, handler = Client(), Client(), Client()
    desk.force_login(clerk)
    far.force_login(UserFactory(roles=["district_officer"], district="海淀区"))
    handler.force_login(UserFactory(roles=["department_handler"]))
    strangers = [*readers().values(), far, handler]
    for client in strangers:
        assert photo_of(client, address)[0] == 404
    for client in (owner, desk):
        response = client.get(address)
        assert response.status_code == 200
        assert response["Content-Type"] == "image/jpeg"
        assert response["Cache-Control"] == "private, no-store"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert b"".join(response)[:2] == b"\xff\xd8"
    release(report, clerk)
    for client in strangers:
        assert photo_of(client, address)[0] == 404
    for path in (photo.original.name, photo.original.url):
        assert Client().get(f"/{path.lstrip('/')}").status_code == 404


def test_a_photo_that_is_not_there_is_not_found(client: Client) -> None:
    assert client.get("/cases/photos/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert client.get("/cases/photos/x/").status_code == 404


def test_the_public_copy_carries_no_metadata_and_stands_upright(clerk: User) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[2] = (39.0, 54.0, 26.3)  # GPS latitude
    source = make_photo(size=(64, 48), exif=exif, comment=b"taken at home by SecretOwner")
    report = submit(photos=[source])
    report = Report.objects.with_public_parts().get(pk=report.pk)
    release(report, clerk, with_photos=True)
    photo = report.photos.get()
    original = Path(photo.original.path).read_bytes()
    assert b"SecretCamera" in original
    status, content = photo_of(Client(), f"/cases/photos/{photo.pk}/")
    assert status == 200
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.size == (48, 64)
        assert not picture.getexif()
        assert not {"exif", "comment", "xmp", "icc_profile"} & picture.info.keys()
    for secret in (b"SecretCamera", b"SecretOwner"):
        assert secret not in content


def test_a_large_photo_is_made_smaller_for_the_public(clerk: User) -> None:
    report = submit(photos=[make_photo(size=(3000, 1000)), make_photo("PNG", size=(20, 20))])
    report = Report.objects.with_public_parts().get(pk=report.pk)
    release(report, clerk, with_photos=True)
    sizes = set()
    for photo in Photo.objects.all():
        with photo.public_copy.open("rb") as file, Image.open(file) as picture:
            sizes.add(picture.size)
    assert sizes == {(1600, 533), (20, 20)}


def test_copies_are_made_once_and_an_interrupted_run_leaves_no_second_file(clerk: User) -> None:
    from civic.cases.services import make_public_copies

    report = submit(photos=[make_photo()])
    report = Report.objects.with_public_parts().get(pk=report.pk)
    release(report, clerk, with_photos=True)
    photo = report.photos.get()
    name = photo.public_copy.name
    assert make_public_copies(report_pk=report.pk) == 0
    type(photo).objects.update(public_copy="")  # as if the worker had died before the mark
    assert make_public_copies(report_pk=report.pk) == 1
    photo.refresh_from_db()
    assert photo.public_copy.name == name
    assert len(list(Path(photo.public_copy.path).parent.iterdir())) == 1


def test_without_photos_in_the_release_no_copy_is_made(clerk: User) -> None:
    report = submit(photos=[make_photo()])
    report = Report.objects.with_public_parts().get(pk=report.pk)
    release(report, clerk)
    assert report.photos.get().public_copy.name == ""


def test_a_fake_file_never_reaches_the_photo_view() -> None:
    with pytest.raises(InvalidInput):
        submit(photos=[SimpleUploadedFile("x.svg", b"<svg onload='alert(1)'/>")])
