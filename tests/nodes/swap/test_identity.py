"""Identity: photographs, who is on them, and the consent record; the portrait is NASA's, in the public domain."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from nodegraph.data.errors import MediaError, NodegraphError
from nodegraph.data.faces import Face, Pose, Rect
from nodegraph.data.identity import Consent, Photo
from nodegraph.data.image import frozen
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File
from nodegraph.ops.photos import chosen, cut, odd_ones
from nodes.swap.identity import Reason, identity

SHOT = Shot()
TODAY = date(2026, 6, 1)
RECORD = {"subject": "E. C.", "granted_by": "her agent", "scope": "this film", "document": "contract 12"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three photographs of one person, and one of a cup."""
    place = tmp_path_factory.mktemp("photos")
    portrait = data.astronaut()[:300, 60:400, ::-1]
    cv2.imwrite(str(place / "a.png"), portrait)
    cv2.imwrite(str(place / "b.png"), portrait[:, ::-1])
    cv2.imwrite(str(place / "c.png"), cv2.convertScaleAbs(portrait, alpha=0.8, beta=10))
    cv2.imwrite(str(place / "cup.png"), data.coffee()[..., ::-1])
    return place


def test_photographs_become_a_person(folder: Path) -> None:
    context = Context()
    who = identity(SHOT, context, file=File(folder), name="Eileen")
    assert who.name == "Eileen"
    assert [photo.name for photo in who.photos] == ["a.png", "b.png", "c.png"]
    assert "cup.png" in context.warnings[0]
    assert who.descriptor is not None
    for photo in who.photos:
        assert photo.face.descriptor is not None
        assert np.linalg.norm(photo.face.descriptor - who.descriptor) < 0.35
        assert photo.pixels.dtype == np.float32
        eyes = photo.points[36:48]
        assert (eyes > 0).all()
        assert (eyes < photo.pixels.shape[1::-1]).all()
    mirrored = [photo.face.pose.yaw for photo in who.photos]
    assert mirrored[0] * mirrored[1] < 0  # turned the other way


def test_light_is_linear_in_the_working_space(folder: Path) -> None:
    """The mean of a photograph is that of its sRGB values decoded by the published curve."""
    who = identity(Shot(space="lin_rec709_scene"), Context(), file=File(folder / "a.png"))
    photo = who.photos[0]
    eight = data.astronaut()[:300, 60:400] / 255
    linear = np.where(eight <= 0.04045, eight / 12.92, ((eight + 0.055) / 1.055) ** 2.4)
    x, y = photo.points[30]
    far = photo.face.box.x0 - identity_box(who.photos[0])[0]
    assert far == 0
    nose = photo.pixels[int(y), int(x)]
    near = np.abs(linear - nose).sum(axis=2).min()
    assert near < 1e-3


def identity_box(photo: Photo) -> Rect:
    return photo.face.box


def test_a_folder_without_faces_is_refused(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "cup.png"), data.coffee()[..., ::-1])
    with pytest.raises(NodegraphError, match="no face was found"):
        identity(SHOT, Context(), file=File(tmp_path))


def test_an_empty_folder_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(MediaError, match="holds no pictures"):
        identity(SHOT, Context(), file=File(tmp_path / "empty"))
    with pytest.raises(MediaError, match="there is no"):
        identity(SHOT, Context(), file=File(tmp_path / "gone"))
    with pytest.raises(MediaError, match="has no file"):
        identity(SHOT, Context())


def test_the_record_beside_the_photographs_holds(folder: Path) -> None:
    (folder / "consent.json").write_text(json.dumps({**RECORD, "expires": "2027-12-31"}))
    try:
        who = identity(SHOT, Context(), file=File(folder), most=1)
        assert who.consent == Consent(**RECORD, expires=date(2027, 12, 31))
        knobs = identity(SHOT, Context(), file=File(folder), most=1, subject="Somebody else")
        assert knobs.consent.subject == "Somebody else"
    finally:
        (folder / "consent.json").unlink()


def test_a_day_that_is_none_and_a_record_that_is_none_are_refused(folder: Path) -> None:
    with pytest.raises(NodegraphError, match="which is no day"):
        identity(SHOT, Context(), file=File(folder / "a.png"), expires="31.12.2027")
    (folder / "consent.json").write_text("[1, 2")
    try:
        with pytest.raises(NodegraphError, match=r"consent\.json cannot be read"):
            identity(SHOT, Context(), file=File(folder))
    finally:
        (folder / "consent.json").unlink()


@pytest.mark.parametrize("empty", [None, "", "none"])
def test_a_record_that_gives_no_reason_needs_a_consent(empty: str | None, folder: Path) -> None:
    """A form that nobody filled in: null is no reason, and nobody's name."""
    form = dict.fromkeys(("subject", "granted_by", "scope", "document", "production", "expires"))
    (folder / "consent.json").write_text(json.dumps({**form, "reason": empty}))
    try:
        consent = identity(SHOT, Context(), file=File(folder), most=1).consent
        assert consent == Consent()
        assert "no consent record" in consent.problem(TODAY)
    finally:
        (folder / "consent.json").unlink()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": "because"}, "no reason to go without"),
        ({"reason": False}, "reason is false"),
        ({"reason": True}, "reason is true"),
        ({"granted_by": {}}, "granted_by is"),
        ({"subject": ["Ada"]}, "subject is"),
        ({"expires": 20271231}, "expires is"),
    ],
)
def test_a_record_states_texts_and_reasons_that_are_known(changes: dict, said: str, folder: Path) -> None:
    (folder / "consent.json").write_text(json.dumps({**RECORD, **changes}))
    try:
        with pytest.raises(NodegraphError, match=said):
            identity(SHOT, Context(), file=File(folder), most=1)
    finally:
        (folder / "consent.json").unlink()


def test_a_reason_goes_in_place_of_a_record(folder: Path) -> None:
    who = identity(SHOT, Context(), file=File(folder / "a.png"), reason=Reason.PUBLIC)
    assert who.consent.reason == "public domain"
    assert who.consent.problem(TODAY) == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        ({"expires": date(2026, 6, 1)}, ""),
        ({"expires": date(2026, 5, 31)}, "ended on 2026-05-31"),
        ({"document": ""}, "does not state document"),
        ({"granted_by": " "}, "does not state granted by"),
        ({"production": "another film"}, "is for the production"),
        ({"production": "THE FILM"}, ""),
    ],
)
def test_what_is_wrong_with_a_record(changes: dict, said: str) -> None:
    problem = Consent(**{**RECORD, **changes}).problem(TODAY, "The Film")
    assert said in problem
    assert bool(said) == bool(problem)


def test_no_record_is_said_to_be_none() -> None:
    assert Consent().problem(TODAY) == "there is no consent record"


def photo(yaw: float, descriptor: float = 0.0) -> Photo:
    points = np.random.default_rng(1).uniform(40, 60, (68, 2))
    face = Face(Rect(40, 40, 60, 60), 1.0, points, 1.0, Pose(0, yaw, 0), np.full(128, descriptor))
    return Photo(f"{yaw:g}", frozen(np.zeros((100, 100, 3))), face)


def test_the_photographs_kept_show_the_head_from_all_sides() -> None:
    photos = [photo(yaw) for yaw in (-60, -58, -2, 0, 1, 3, 29, 31, 60)]
    assert {each.name for each in chosen(photos, 4)} <= {"-60", "0", "29", "31", "60", "-58"}
    kept = sorted(float(each.name) for each in chosen(photos, 3))
    assert kept == [-60, 0, 60]


def test_another_person_is_told() -> None:
    photos = [photo(0), photo(1), photo(2, 0.2), photo(3)]
    assert odd_ones(photos) == [2]
    assert odd_ones(photos[:2]) == []


def test_a_cut_keeps_points_on_their_pixels() -> None:
    x, y = np.meshgrid(np.arange(300.0), np.arange(200.0))
    pixels = np.stack([x, y, x * 0], axis=2).astype(np.float32)
    points = np.random.default_rng(2).uniform((120, 80), (170, 130), (68, 2))
    face = Face(Rect.around(points), 1.0, points)
    for size in (25, 200):
        done = cut(Photo("p", frozen(pixels), face), size)
        scale = min(1.0, size / Rect.around(points).size)
        px, py = done.points[10]
        shown = cv2.getRectSubPix(np.ascontiguousarray(done.pixels), (1, 1), (px - 0.5, py - 0.5))[0, 0]
        assert np.allclose(shown[:2] + 0.5, points[10], atol=0.6 / scale)
        assert Rect.around(done.points).size <= size + 1
