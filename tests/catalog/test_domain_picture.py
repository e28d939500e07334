"""What is accepted as a picture and what becomes of it."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageCms, ImageFile

from app.catalog.domain.picture import SIZES, clean, smaller
from app.catalog.domain.placeholder import LETTERS, initials, placeholder
from app.core.errors import Invalid
from tests.factories.media import drawing


def opened(data):
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_kinds_that_are_taken_are_told_by_content(kind, media_type):
    found = clean(drawing(kind))
    assert (found.media_type, found.width, found.height) == (media_type, 400, 200)
    assert opened(found.data).format == kind


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_place_and_camera_are_taken_out(kind):
    data = drawing(kind, place=True)
    assert b"Camera of a spy" in data
    found = clean(data)
    assert b"Camera of a spy" not in found.data
    assert not opened(found.data).getexif()


def test_a_turned_photo_is_made_upright():
    found = clean(drawing(turned=6))  # the top stands at the right
    assert (found.width, found.height) == (200, 400)
    dark = opened(found.data).convert("L")
    assert dark.getpixel((100, 50)) < 60 < dark.getpixel((100, 350))


def test_other_colours_become_those_of_the_web():
    target = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    Image.new("RGB", (40, 40), "#336699").save(target, "PNG", icc_profile=profile.tobytes())
    assert "icc_profile" not in opened(clean(target.getvalue()).data).info


def test_transparency_stays():
    target = io.BytesIO()
    Image.new("RGBA", (400, 400), (0, 0, 0, 0)).save(target, "PNG")
    made = smaller(clean(target.getvalue()).data)
    assert opened(made["thumb"].data).convert("RGBA").getpixel((10, 10))[3] == 0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
        (b"%PDF-1.4", "no picture"),
        (drawing()[:2000], "damaged"),
        (drawing(size=(8, 400)), "smaller than 16"),
        (drawing("PNG", size=(8000, 5001)), "40 million pixels"),
        (drawing() + b"\0" * 21 * 1024 * 1024, "larger than 20 MB"),
    ],
)
def test_what_is_not_taken_says_why(data, words, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint sets it for the whole process
    with pytest.raises(Invalid, match=words) as caught:
        clean(data)
    assert caught.value.field == "file"


def test_a_gif_is_not_taken():
    target = io.BytesIO()
    Image.new("P", (40, 40)).save(target, "GIF")
    with pytest.raises(Invalid, match="Take JPEG, PNG or WebP"):
        clean(target.getvalue())


def test_sizes_fit_their_squares_and_are_never_larger_than_the_original():
    made = smaller(clean(drawing(size=(2000, 1000))).data)
    assert {name: (one.width, one.height) for name, one in made.items()} == {
        "thumb": (96, 48), "card": (320, 160), "page": (960, 480),
    }  # fmt: skip
    assert all(opened(one.data).format == "WEBP" for one in made.values())
    small = smaller(clean(drawing(size=(100, 50))).data)
    assert (small["page"].width, small["thumb"].width) == (100, 96)
    assert set(made) == set(SIZES)


def test_the_same_original_gives_the_same_bytes():
    data = clean(drawing()).data
    assert clean(drawing()).data == data
    assert smaller(data) == smaller(data)


@pytest.mark.parametrize(
    ("brand", "name", "letters"),
    [
        ("Nordkontor", "Hex bolt", "NO"),
        ("", "Hex bolt M10", "HB"),
        ("", "Болт", "БО"),
        ("", "!", "K"),
        ("3M", "x", "3M"),
    ],
)
def test_letters_of_the_drawn_picture(brand, name, letters):
    assert initials(brand, name) == letters
    assert LETTERS.fullmatch(letters)
    assert f">{letters}<" in placeholder(letters)


@pytest.mark.shared
def test_real_pictures_are_taken(shared):
    pictures = sorted((shared / "data" / "sample-images").glob("*.webp"))
    assert len(pictures) >= 10
    for path in pictures:
        found = clean(path.read_bytes())
        made = smaller(found.data)
        assert max(made["thumb"].width, made["thumb"].height) == 96
        assert len(made["page"].data) <= max(len(path.read_bytes()), 200_000)
