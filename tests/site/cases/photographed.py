"""Photos that say where they were taken."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.ExifTags import IFD
from PIL.TiffImagePlugin import IFDRational

from tests.factories import make_photo


def _parts(angle: float) -> tuple[IFDRational, ...]:
    seconds = round(abs(angle) * 3600 * 10_000)
    degrees, rest = divmod(seconds, 3600 * 10_000)
    minutes, rest = divmod(rest, 60 * 10_000)
    return IFDRational(degrees, 1), IFDRational(minutes, 1), IFDRational(rest, 10_000)


def exif_at(point: tuple[float, float]) -> Image.Exif:
    """Return what a camera writes at a point."""
    lon, lat = point
    exif = Image.Exif()
    exif[IFD.GPSInfo] = {
        1: "S" if lat < 0 else "N", 2: _parts(lat), 3: "W" if lon < 0 else "E", 4: _parts(lon),
    }  # fmt: skip
    return exif


def photo_at(point: tuple[float, float], **more: Any) -> SimpleUploadedFile:
    """Return a photo taken at a point."""
    return make_photo(exif=exif_at(point), **more)
