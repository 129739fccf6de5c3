"""The photos of the demo's stories: drawn, so that they show nobody and belong to nobody."""

import io
from functools import lru_cache

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

SIZE = (960, 720)
SKY, GROUND, LINE = "#c9d6dc", "#9a958c", "#5b5851"


@lru_cache(maxsize=16)
def _drawn(scene: str) -> bytes:
    image = Image.new("RGB", SIZE, SKY)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 420, 960, 720), fill=GROUND)
    draw.line((0, 420, 960, 420), fill=LINE, width=6)
    for left in range(40, 960, 240):  # houses behind, the same in every picture
        draw.rectangle((left, 210, left + 170, 420), fill="#b9ada0", outline=LINE, width=4)
        for x in (left + 25, left + 100):
            draw.rectangle((x, 250, x + 45, 305), fill="#e8ead8", outline=LINE, width=3)
    if scene == "cover":
        draw.ellipse((330, 520, 640, 640), fill="#2f2d2a", outline=LINE, width=5)
        draw.polygon(((350, 560), (480, 450), (650, 520), (560, 600)), fill="#6d6a64", outline="#33312e")
    elif scene == "net":
        for x in range(-200, 1000, 36):
            draw.line((x, 700, x + 200, 500), fill="#2f6f4b", width=10)
            draw.line((x, 500, x + 200, 700), fill="#2f6f4b", width=10)
    elif scene == "wall":
        for y in range(430, 640, 35):
            for x in range(180 + (y // 35 % 2) * 40, 740, 80):
                draw.rectangle((x, y, x + 76, y + 31), fill="#a2553f", outline="#6f3a2b", width=3)
    elif scene == "tree":
        draw.polygon(((420, 690), (480, 690), (640, 330), (600, 320)), fill="#6b4f35")
        draw.ellipse((520, 120, 860, 420), fill="#5d7f4b", outline="#46623a", width=5)
    elif scene == "bags":
        for x, y in ((250, 560), (360, 530), (470, 570), (570, 530), (660, 580), (410, 490)):
            draw.ellipse((x, y, x + 150, y + 120), fill="#37393c", outline="#1f2022", width=4)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def picture(scene: str) -> SimpleUploadedFile:
    """Return one of the pictures as an uploaded file; an unknown scene is the street without anything on it."""
    return SimpleUploadedFile(f"{scene}.jpg", _drawn(scene), "image/jpeg")
