"""Staff profiles through the portal: proposed, agreed to, replaced, taken down."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from advocacy.audit.models import Event
from advocacy.core.database import Database
from advocacy.core.errors import Conflict
from advocacy.people.actions import deactivate, propose_profile
from advocacy.people.models import Person, ProfileVersion
from advocacy.people.photos import small_jpeg
from advocacy.people.queries import get_person
from advocacy.people.rules import HEADLINE_LENGTH, NAME_LENGTH, PHOTO_BYTES, WORDS_LENGTH
from tests.portal import Caller, above, fields, found_form, kept, read, settle_in, wrong

Ids = dict[str, int]


def jpeg(colour: str = "red") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(data, "JPEG")
    return data.getvalue()


@pytest.fixture
def ids(fresh_database: Database) -> Ids:
    return settle_in(fresh_database)


def propose(
    app: Flask, person: int, headline: str = "Asks good questions", **more: Any
) -> TestResponse:
    photo = more.pop("photo", None)
    typed: dict[str, Any] = {"headline": headline, "words": "I sing alto.\n\nOn Thursdays.", **more}
    if photo is not None:
        typed["photo"] = (io.BytesIO(photo), "me.jpg")
    return Caller(app, "mina").send(f"/profiles/{person}/propose", typed)


def waiting(caller: Caller) -> int:
    """Return the number of the version that waits on somebody's profile page."""
    form = caller.page("/profile").select_one("#waiting form[action$='/agree']")
    assert form is not None
    return int(str(form["action"]).split("/")[3])


def agree(caller: Caller, version: int) -> TestResponse:
    return caller.send("/profile", action=f"/profile/versions/{version}/agree")


def test_a_profile_that_waits_is_announced_on_the_first_page(app: Flask, ids: Ids) -> None:
    avi, words = Caller(app, "avi"), "A profile of you waits for your yes."
    assert words not in avi.get("/").text
    propose(app, ids["avi"])
    assert words in avi.get("/").text
    assert words not in Caller(app, "noor").get("/").text
    agree(avi, waiting(avi))
    assert words not in avi.get("/").text


def test_the_first_day_asks_for_what_the_profile_page_takes(app: Flask, ids: Ids) -> None:
    avi = Caller(app, "avi")
    rows = [row.get_text(" ", strip=True) for row in avi.page("/").select("li.row")]
    assert any(row.startswith("How should people call you?") for row in rows)
    assert "about yourself" not in " ".join(rows)
    assert "preferred_name" in avi.form("/profile", "/profile")


def test_a_profile_is_shown_only_once_agreed_to(app: Flask, ids: Ids) -> None:
    assert propose(app, ids["avi"], photo=jpeg()).status_code == 302
    avi, noor, mina = Caller(app, "avi"), Caller(app, "noor"), Caller(app, "mina")
    version = waiting(avi)
    assert "Mina Somebody" in avi.get("/profile").text
    shown = f"/profiles/{ids['avi']}/photo/{version}"
    proposed = f"/profile/versions/{version}/photo"
    for colleague in (avi, noor, mina):
        assert colleague.get(shown).status_code == 404
        assert "Asks good questions" not in colleague.get("/profiles").text
        assert "Asks good questions" not in colleague.get(f"/profiles/{ids['avi']}").text
    assert noor.get(f"/profiles/{ids['avi']}").status_code == 404
    assert noor.get(proposed).status_code == 404
    assert mina.get(proposed).status_code == 200
    assert avi.get(proposed).data[:2] == b"\xff\xd8"

    assert (
        noor.post(
            f"/profile/versions/{version}/agree", noor.form("/profile", "/sign-out")
        ).status_code
        == 404
    )
    assert agree(avi, version).location == "/profile"
    for colleague in (avi, noor, mina):
        assert "Asks good questions" in colleague.get("/profiles").text
        assert "I sing alto." in colleague.get(f"/profiles/{ids['avi']}").text
        photo = colleague.get(shown)
        assert (photo.status_code, photo.mimetype) == (200, "image/jpeg")
        assert photo.headers["Cache-Control"] == "no-store"
    assert Image.open(io.BytesIO(noor.get(shown).data)).size == (512, 341)
    assert noor.get(f"/profiles/{ids['noor']}/photo/{version}").status_code == 404
    assert Caller(app).get(shown).status_code == 302


def test_a_new_version_waits_beside_the_shown_one(app: Flask, ids: Ids) -> None:
    avi, noor = Caller(app, "avi"), Caller(app, "noor")
    propose(app, ids["avi"], "The first", photo=jpeg())
    first = waiting(avi)
    agree(avi, first)
    propose(app, ids["avi"], "The second", keep_photo="")
    propose(app, ids["avi"], "The third", keep_photo="y")
    third = waiting(avi)
    assert "The first" in noor.get(f"/profiles/{ids['avi']}").text
    assert noor.get(f"/profiles/{ids['avi']}/photo/{first}").status_code == 200
    assert "The third" not in noor.get(f"/profiles/{ids['avi']}").text
    agree(avi, third)
    about = noor.get(f"/profiles/{ids['avi']}").text
    assert "The third" in about
    assert "The first" not in about
    assert noor.get(f"/profiles/{ids['avi']}/photo/{first}").status_code == 404


def test_a_photo_sent_twice_is_proposed_once(
    app: Flask, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    mina, path = Caller(app, "mina"), f"/profiles/{ids['avi']}/propose"
    form = {**mina.form(path), "headline": "With a photo"}
    answers: list[TestResponse] = []
    again = [True]

    def send() -> None:
        answers.append(mina.post(path, {**form, "photo": (io.BytesIO(jpeg()), "me.jpg")}))

    def read_slowly(picture: bytes) -> bytes:
        while again:
            again.clear()
            send()
        return small_jpeg(picture)

    monkeypatch.setattr("advocacy.people.views.small_jpeg", read_slowly)
    send()
    assert [answer.status_code for answer in answers] == [302, 302]


def test_the_photo_of_the_version_before_can_be_kept(app: Flask, ids: Ids) -> None:
    avi = Caller(app, "avi")
    propose(app, ids["avi"], photo=jpeg("blue"))
    first = avi.get(f"/profile/versions/{waiting(avi)}/photo").data
    propose(app, ids["avi"], "Other words")
    second = waiting(avi)
    assert avi.get(f"/profile/versions/{second}/photo").data == first
    typed = {**Caller(app, "mina").form(f"/profiles/{ids['avi']}/propose"), "headline": "No photo"}
    del typed["keep_photo"]
    assert (
        Caller(app, "mina")
        .send(f"/profiles/{ids['avi']}/propose", {"keep_photo": "false", "headline": "No photo"})
        .status_code
        == 302
    )
    assert avi.get(f"/profile/versions/{waiting(avi)}/photo").status_code == 404


def test_agreeing_in_an_old_tab_agrees_to_nothing_new(app: Flask, ids: Ids) -> None:
    avi = Caller(app, "avi")
    propose(app, ids["avi"], "The first")
    old = f"/profile/versions/{waiting(avi)}/agree"
    form = avi.form("/profile", old)
    propose(app, ids["avi"], "The second")
    answer = avi.post(old, form)
    assert answer.location == "/profile"
    page = avi.get("/profile").text
    assert "gave way to another one" in page
    assert "Nothing of you is shown" in page
    assert "The second" in page


def test_not_like_this_keeps_what_is_shown(app: Flask, ids: Ids) -> None:
    avi, noor = Caller(app, "avi"), Caller(app, "noor")
    propose(app, ids["avi"], "The first")
    agree(avi, waiting(avi))
    propose(app, ids["avi"], "The second", photo=jpeg())
    second = waiting(avi)
    avi.post("/profile/withdraw", {**avi.form("/profile", "/sign-out"), "version": second})
    assert "The first" in noor.get("/profiles").text
    assert "The second" not in avi.get("/profile").text
    assert Caller(app, "mina").get(f"/profile/versions/{second}/photo").status_code == 404
    stale = avi.post(f"/profile/versions/{second}/agree", avi.form("/profile", "/sign-out"))
    assert stale.location == "/profile"
    assert "The second" not in noor.get("/profiles").text


def test_taken_down_it_is_gone_at_once(app: Flask, ids: Ids, fresh_database: Database) -> None:
    avi, noor = Caller(app, "avi"), Caller(app, "noor")
    propose(app, ids["avi"], photo=jpeg())
    version = waiting(avi)
    agree(avi, version)
    propose(app, ids["avi"], "Waits", photo=jpeg())
    for _ in range(2):  # once more changes nothing
        button = found_form(avi.page("/profile"), "/sign-out")
        assert avi.post("/profile/withdraw", fields(button)).location == "/profile"
    assert noor.get(f"/profiles/{ids['avi']}").status_code == 404
    assert noor.get(f"/profiles/{ids['avi']}/photo/{version}").status_code == 404
    assert avi.get(f"/profile/versions/{version}/photo").status_code == 404
    assert "Nobody shows a profile yet" in noor.get("/profiles").text
    assert "Nothing of you is shown" in avi.get("/profile").text
    with fresh_database.reading() as session:
        assert not any(session.scalars(select(ProfileVersion.photo)))
        trail = session.scalars(
            select(Event.action).where(Event.action.startswith("profile")).order_by(Event.id)
        ).all()
        details = session.scalars(select(Event.detail)).all()
    assert trail == ["profile proposed", "profile agreed", "profile proposed", "profile withdrawn"]
    assert not any("alto" in detail or "questions" in detail for detail in details)


def test_somebody_deactivated_shows_nothing(app: Flask, ids: Ids, fresh_database: Database) -> None:
    avi, noor, mina = Caller(app, "avi"), Caller(app, "noor"), Caller(app, "mina")
    propose(app, ids["avi"], photo=jpeg())
    version = waiting(avi)
    agree(avi, version)
    form = mina.form(f"/profiles/{ids['avi']}/propose")
    with fresh_database.writing() as session:
        deactivate(session, get_person(session, ids["avi"]), datetime.now(UTC))
    assert noor.get(f"/profiles/{ids['avi']}").status_code == 404
    assert noor.get(f"/profiles/{ids['avi']}/photo/{version}").status_code == 404
    assert "Asks good questions" not in noor.get("/profiles").text
    assert "Asks good questions" not in mina.get(f"/profiles/{ids['avi']}").text
    assert mina.get(f"/profiles/{ids['avi']}/propose").status_code == 404
    assert mina.post(f"/profiles/{ids['avi']}/propose", form).status_code == 404


def test_two_managers_do_not_overwrite_one_another(app: Flask, ids: Ids) -> None:
    path = f"/profiles/{ids['avi']}/propose"
    mina, ada = Caller(app, "mina"), Caller(app, "ada")
    of_mina, of_ada = mina.form(path), ada.form(path)
    assert mina.post(path, {**of_mina, "headline": "Mina's words"}).status_code == 302
    refused = ada.post(path, {**of_ada, "headline": "Ada's words"})
    assert "was changed while you had this open" in above(refused)
    assert kept(refused, "headline") == "Ada's words"
    assert "Mina&#39;s words" in refused.text
    again = {
        name: kept(refused, name) for name in ("csrf_token", "form_key", "replaces", "headline")
    }
    assert ada.post(path, again).status_code == 302
    assert "Ada&#39;s words" in Caller(app, "avi").get("/profile").text


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"headline": ""}, "headline", "A headline is needed"),
        ({"headline": "   "}, "headline", "A headline is needed"),
        ({"headline": "x" * 300}, "headline", f"300 letters; up to {HEADLINE_LENGTH} fit."),
        ({"words": "x" * (WORDS_LENGTH + 1)}, "words", f"letters; up to {WORDS_LENGTH} fit."),
        ({"words": "a\0b"}, "words", "control character"),
        ({"photo": b"no picture"}, "photo", "not a picture"),
        ({"photo": b"<svg/>"}, "photo", "SVG"),
        ({"photo": b"\xff" * (PHOTO_BYTES + 1)}, "photo", "up to 5 MB"),
    ],
)
def test_what_cannot_be_proposed_is_said_beside_the_field(
    app: Flask, ids: Ids, typed: dict[str, Any], field: str, words: str
) -> None:
    refused = propose(app, ids["avi"], **{"headline": "Kept", "words": "Kept too", **typed})
    assert words in wrong(refused, field)
    if field != "headline":
        assert kept(refused, "headline") == "Kept"
    if field == "photo":
        assert kept(refused, "words") == "Kept too"
    assert not read(Caller(app, "avi").get("/profile")).select("#waiting")


def test_a_photo_far_too_large_is_refused_whole(app: Flask, ids: Ids) -> None:
    assert propose(app, ids["avi"], photo=b"\xff" * (7 * 1024 * 1024)).status_code == 413


def test_words_as_long_as_fit_are_taken_as_typed(app: Flask, ids: Ids) -> None:
    words = ("x" * 99 + "\r\n") * (WORDS_LENGTH // 100)  # a browser sends two letters a line end
    assert propose(app, ids["avi"], words=words).status_code == 302


def test_a_proposal_sent_twice_is_one(app: Flask, ids: Ids, fresh_database: Database) -> None:
    mina = Caller(app, "mina")
    path = f"/profiles/{ids['avi']}/propose"
    form = {**mina.form(path), "headline": "Once"}
    first = mina.post(path, form)
    second = mina.post(path, form)
    assert (second.status_code, second.location) == (302, first.location)
    assert mina.post(path, {**form, "headline": "Other words"}).status_code == 409
    with fresh_database.reading() as session:
        assert session.scalars(select(ProfileVersion.headline)).all() == ["Once"]


def test_only_managers_propose_and_list_everybody(app: Flask, ids: Ids) -> None:
    avi = Caller(app, "avi")
    path = f"/profiles/{ids['noor']}/propose"
    assert avi.get(path).status_code == 403
    assert avi.post(path, avi.form("/profile", "/sign-out")).status_code == 403
    assert "Noor" not in avi.get("/profiles?everybody=1").text
    assert "Noor Somebody" in Caller(app, "mina").get("/profiles?everybody=1&q=NOOR").text
    assert "Nobody of that name" in Caller(app, "mina").get("/profiles?everybody=1&q=%00zz").text


def test_what_i_am_called(app: Flask, ids: Ids) -> None:
    avi = Caller(app, "avi")
    answer = avi.send("/profile", {"preferred_name": " Avi  B. ", "say_it": "AH-vee"})
    assert answer.location == "/profile"
    form = avi.form("/profile")
    assert (form["preferred_name"], form["say_it"]) == ("Avi B.", "AH-vee")
    assert avi.send("/profile", {"preferred_name": "", "say_it": ""}).status_code == 302
    for field in ("preferred_name", "say_it"):
        refused = avi.send("/profile", {field: "x" * 300})
        assert wrong(refused, field) == f"300 letters; up to {NAME_LENGTH} fit."
        assert kept(refused, field) == "x" * 300
        assert "control character" in wrong(avi.send("/profile", {field: "a\0b"}), field)


def test_two_tabs_of_mine_lose_nothing(app: Flask, ids: Ids) -> None:
    avi = Caller(app, "avi")
    first, second = avi.form("/profile"), avi.form("/profile")
    avi.post("/profile", {**first, "say_it": "AH-vee"})
    refused = avi.post("/profile", {**second, "preferred_name": "Avi"})
    assert "changed while you had it open" in above(refused)
    assert "AH-vee" in refused.text
    assert kept(refused, "preferred_name") == "Avi"
    assert avi.form("/profile")["say_it"] == "AH-vee"


def test_numbers_that_nobody_has(app: Flask, ids: Ids) -> None:
    mina = Caller(app, "mina")
    for path in (
        "/profiles/999999",
        f"/profiles/{9**40}",
        "/profiles/999999/propose",
        f"/profiles/{ids['avi']}/photo/999999",
        "/profile/versions/999999/photo",
        "/profiles?page=0",
        "/profiles?everybody=1&page=x",
    ):
        assert mina.get(path).status_code == 404, path
    token = mina.form("/profile", "/sign-out")
    assert mina.post("/profile/versions/999999/agree", token).status_code == 404
    for version in ("999999", "x", "9" * 30):
        token = mina.form("/profile", "/sign-out")
        assert mina.post("/profile/withdraw", {**token, "version": version}).status_code == 404


def test_nothing_is_proposed_to_who_was_deactivated_meanwhile(
    fresh_database: Database, ids: Ids
) -> None:
    at = datetime(2026, 3, 3, tzinfo=UTC)
    with fresh_database.session(writes=True) as session:
        avi = get_person(session, ids["avi"])
        gone = update(Person).where(Person.id == avi.id).values(deactivated_at=at)
        session.execute(gone.execution_options(synchronize_session=False))  # as another would
        with pytest.raises(Conflict, match="nobody to agree"):
            propose_profile(
                session,
                avi,
                headline="Asks good questions",
                words="",
                photo=None,
                keep_photo=False,
                replaces=None,
                proposed_by=ids["mina"],
                now=at,
            )


def test_no_word_is_kept_of_a_version_that_ended(
    app: Flask, ids: Ids, fresh_database: Database
) -> None:
    avi = Caller(app, "avi")
    propose(app, ids["avi"], "The first")
    agree(avi, waiting(avi))
    propose(app, ids["avi"], "The second")
    propose(app, ids["avi"], "The third")
    with fresh_database.reading() as session:
        kept_words = select(ProfileVersion.headline).order_by(ProfileVersion.id)
        assert session.scalars(kept_words).all() == ["The first", "", "The third"]
    for _ in ("the third is declined", "the first is taken down"):
        avi.send("/profile", action="/profile/withdraw")
    with fresh_database.reading() as session:
        rows = session.execute(select(ProfileVersion.headline, ProfileVersion.words)).all()
    assert set(rows) == {("", "")}
