"""What every answer carries, and errors in the product's own look."""

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import text

from advocacy.app import REQUEST_BYTES, create_app
from advocacy.config import Settings
from advocacy.core.database import Database
from advocacy.web import static_files
from tests.portal import PASSWORD, Caller, fields, found_form, read, settle_in


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["advocacy_database"]
    settle_in(found)
    return found


def test_every_answer_keeps_scripts_frames_and_caches_out(app: Flask, database: Database) -> None:
    for answer in (Caller(app).get("/sign-in"), Caller(app, "avi").get("/"), Caller(app).get("/x")):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.content_type == "text/html; charset=utf-8"


def test_cookies_are_secure_when_the_address_is_https(
    make_app: Callable[[Settings], Flask], fresh_url: str, tmp_path: object
) -> None:
    settings = Settings.from_environment(
        {
            "ADVOCACY_DATA": str(tmp_path),
            "ADVOCACY_DATABASE_URL": fresh_url,
            "ADVOCACY_BASE_URL": "https://advocacy.example.org",
            "ADVOCACY_SECRET_KEY": "only for tests",
        }
    )
    app = make_app(settings)
    settle_in(app.extensions["advocacy_database"])
    client = app.test_client()
    page = client.get("/sign-in", base_url=settings.base_url)
    assert "max-age" in page.headers["Strict-Transport-Security"]
    sent = fields(found_form(read(page), "/sign-in"))
    typed = {**sent, "email": "avi@example.com", "password": PASSWORD}
    cookies = client.post("/sign-in", data=typed, base_url=settings.base_url).headers
    names = set()
    for cookie in cookies.getlist("Set-Cookie"):
        names.add(cookie.split("=")[0])
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
    assert names == {"__Host-advocacy", "__Host-advocacy_device"}


def test_what_is_signed_is_signed_with_sha_256(app: Flask, database: Database) -> None:
    avi = Caller(app)
    avi.sign_in("avi@example.com")
    token = avi.form("/log")["csrf_token"]
    signed = [avi.client.get_cookie(name) for name in ("advocacy", "advocacy_device")]
    for value in (token, *(one.decoded_value for one in signed if one)):
        assert len(base64.urlsafe_b64decode(value.rpartition(".")[2] + "=")) == 32, value
    assert all(signed)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/contacts/99999999999999999999", 404),
        ("GET", "/contacts?page=0", 404),
        ("GET", "/contacts?page=9999999999", 404),
        ("GET", "/leaderboard?month=2026-13", 422),
        ("GET", "/leaderboard?team=x", 422),
        ("GET", "/recognition/2026-13", 422),
        ("GET", "/recognition/2026-10.pdf", 404),
        ("GET", "/static/", 404),
        ("GET", "/.git/config", 404),
        ("PUT", "/log", 405),
        ("TRACE", "/log", 405),
        ("POST", "/growth", 405),
    ],
)
def test_errors_have_a_page_of_their_own(
    app: Flask, database: Database, method: str, path: str, status: int
) -> None:
    answer = Caller(app, "ada").client.open(path, method=method)
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert 'class="page' in page
    assert "Traceback" not in page


def test_what_is_not_here_leads_to_where_one_begins(app: Flask, database: Database) -> None:
    assert "To Today" in Caller(app, "avi").get("/nowhere").text
    assert "To the sign-in" in Caller(app).get("/nowhere").text


def test_a_page_past_the_end_is_not_the_first_day(app: Flask, database: Database) -> None:
    avi = Caller(app, "avi")
    assert "Somebody you know" not in avi.get("/contacts/new").text
    avi.send("/contacts/new", {"name-0": "Maria"})
    page = avi.get("/contacts?page=99").text
    assert "Nobody on this page" in page
    assert "Who made you smile" not in page
    assert "Somebody you know" in avi.get("/contacts/new").text


SEARCHES = {
    "/contacts?q=": "Nobody of that name",
    "/contacts.json?q=": "[]",
    "/library?q=": "Nothing like that here",
    "/library?topic=": "Nothing like that here",
    "/profiles?everybody=1&q=": "Nobody of that name",
    "/programme/people?q=": "Nobody of that name",
}


def test_a_search_that_is_too_long_finds_nobody_and_says_so(app: Flask, database: Database) -> None:
    ada = Caller(app, "ada")
    ada.send("/contacts/new", {"name-0": "Maria"})
    for path, words in SEARCHES.items():
        for letters in ("x" * 5000, "é" * 500):
            answer = ada.get(path + letters)
            assert answer.status_code == 200, path
            assert words in answer.text, path
            assert letters[:121] not in answer.text, path


def test_two_slashes_lead_nowhere(app: Flask) -> None:
    for path in ("//evil.example/", "//evil.example/..", "/contacts//new"):
        answer = app.test_client().get("/", environ_overrides={"PATH_INFO": path})
        assert answer.status_code == 404, path
        assert "Location" not in answer.headers, path


def test_profiles_are_a_place_of_managers(app: Flask, database: Database) -> None:
    place = ".places-list--manager a[href='/profiles']"
    assert Caller(app, "mina").page("/").select_one(place) is not None
    assert Caller(app, "avi").page("/").select_one(place) is None


def test_a_script_that_asks_for_json_is_told_in_json(app: Flask, database: Database) -> None:
    answer = Caller(app, "avi").client.get("/nowhere", headers={"Accept": "application/json"})
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["status"] == 404


def test_what_is_too_large_is_refused(app: Flask, database: Database) -> None:
    avi = Caller(app, "avi")
    answer = avi.client.post("/log", data=b"x" * 7_000_000, content_type="text/plain")
    assert answer.status_code in {400, 413}
    answer = avi.client.post("/log", data={"note": "x" * 7_000_000})
    assert answer.status_code == 413


def test_a_form_of_too_many_fields_is_refused_before_it_is_taken_apart(
    app: Flask, database: Database
) -> None:
    avi = Caller(app, "avi")
    for fields_more, status in ((990, 400), (1_000, 413), (1_500_000, 413)):
        sent = b"contact=Maria" + b"&a=1" * fields_more
        answer = avi.client.post(
            "/log", data=sent, content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code == status
        assert ("Maria" in answer.text) == (status == 400)


class Unread(io.BytesIO):
    """What nobody should read."""

    def read(self, _size: int | None = -1) -> bytes:
        raise AssertionError("it was read")

    def readinto(self, _buffer: object) -> int:
        raise AssertionError("it was read")


def test_what_says_that_it_is_too_large_is_refused_unread(app: Flask, database: Database) -> None:
    avi = Caller(app, "avi")
    for path in ("/log", "/sign-in", "/nowhere"):
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x/y"):
            answer = avi.client.post(
                path,
                input_stream=Unread(),
                content_type=kind,
                environ_overrides={"CONTENT_LENGTH": str(10**9)},
            )
            assert answer.status_code == 413
            assert "Too large" in answer.text


def test_what_comes_in_pieces_is_whole_or_refused(app: Flask, database: Database) -> None:
    """Nobody says beforehand how much there is of it; the server ends it."""
    avi = Caller(app, "avi")
    called = {"contact": "Maria", "kind": "called", "began": "advocate", "answered": "true"}
    for more, status in ((-1, 302), (1, 413), (7_000_000, 413)):
        sent = urlencode({**avi.form("/log"), **called}).encode() + b"&filler="
        sent += b"x" * (REQUEST_BYTES + more - len(sent))
        answer = avi.client.post(
            "/log",
            input_stream=io.BytesIO(sent),
            content_type="application/x-www-form-urlencoded",
            environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        )
        assert answer.status_code == status


def test_an_unforeseen_error_has_a_number_to_quote(app: Flask, database: Database) -> None:
    def fail() -> str:
        raise RuntimeError("unforeseen")

    app.view_functions["home.kept"] = fail
    page = Caller(app, "avi").get("/what-is-kept")
    assert page.status_code == 500
    assert "data-error-number" in page.get_data(as_text=True)
    assert "unforeseen" not in page.get_data(as_text=True)


def test_health_is_told_truly(client: FlaskClient, app: Flask) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    database: Database = app.extensions["advocacy_database"]
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'old'"))
    assert client.get("/healthz").status_code == 503


def test_a_database_that_is_gone_is_said_plainly(tmp_path: object) -> None:
    settings = Settings.from_environment(
        {
            "ADVOCACY_DATA": str(tmp_path),
            "ADVOCACY_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none?connect_timeout=1",
            "ADVOCACY_SECRET_KEY": "only for tests",
        }
    )
    app = create_app(settings)
    answer = app.test_client().get("/sign-in")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert app.test_client().get("/healthz").status_code == 503


def test_styles_are_kept_under_an_address_that_changes_with_them(
    app: Flask, database: Database, tmp_path: Path
) -> None:
    page = read(Caller(app).get("/sign-in"))
    sheets = [str(link["href"]) for link in page.select("link[rel=stylesheet]")]
    assert sheets
    anybody = app.test_client()
    for sheet in sheets:
        answer = anybody.get(sheet, buffered=True)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Vary" not in answer.headers
    joined = anybody.get(sheets[0], buffered=True).text
    sources = Path(app.static_folder or "") / "css"
    names = re.findall(r'@import "(.+)";', (sources / "pages.css").read_text("utf-8"))
    assert names
    assert "@import" not in joined
    assert joined.endswith("".join((sources / n).read_text("utf-8") + "\n" for n in names))
    version = sheets[0].split("/")[2]
    before = anybody.get(sheets[0].replace(version, "0123456789ab"), buffered=True)
    assert (before.status_code, before.headers["Cache-Control"]) == (200, "no-cache")
    missing = anybody.get(f"/static/{version}/css/none.css")
    assert (missing.status_code, missing.headers["Cache-Control"]) == (404, "no-store")

    for name, words in (("same", "a"), ("same again", "a"), ("other", "b")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "base.css").write_text(words)
    addresses = []
    for name in ("same", "same again", "other"):
        carrying = Flask("carrying", static_folder=None)
        static_files.init_app(carrying, tmp_path / name)
        with carrying.test_request_context():
            addresses.append(url_for("static", filename="base.css"))
    assert addresses[0] == addresses[1] != addresses[2]


def test_all_that_a_page_draws_with_is_there(app: Flask, database: Database) -> None:
    page = read(Caller(app, "avi").get("/"))
    drawn = {str(icon["href"]).partition("#")[::2] for icon in page.select("use[href]")}
    carried = {str(one.get("href") or one["src"]) for one in page.select("link[href], script[src]")}
    anybody = app.test_client()
    found = {
        address: anybody.get(address, buffered=True)
        for address in carried | {sprite for sprite, _ in drawn}
    }
    assert {answer.status_code for answer in found.values()} == {200}
    assert len(drawn) > 5
    for sprite, name in drawn:
        assert f'id="{name}"' in found[sprite].text


@pytest.mark.parametrize("nonsense", ["http://[", "http://a]b/"])
def test_a_header_that_is_no_address_is_taken_for_a_foreign_one(
    app: Flask, database: Database, nonsense: str
) -> None:
    avi = Caller(app, "avi")
    assert avi.client.get("/log", headers={"Referer": nonsense}).status_code == 200
    form = avi.form("/log")
    answer = avi.client.post("/log", data=form, headers={"Origin": nonsense})
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["a..b", ".", f"{'a' * 64}.example"])
def test_a_host_that_cannot_be_is_refused_with_every_header(
    app: Flask, database: Database, host: str
) -> None:
    for path in ("/", "/sign-in", "/healthz", "/nowhere"):
        answer = app.test_client().get(path, headers={"Host": host})
        assert answer.status_code == 400, path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_number_that_nobody_has_is_kept_as_it_was_sent(app: Flask, database: Database) -> None:
    """Thousands of digits, which Python makes no number of, in a form that expired."""
    for who in ("", "avi"):
        for number in ("9" * 5_000, "id:" + "9" * 5_000):
            answer = Caller(app, who).client.post("/log", data={"contact": number})
            assert answer.status_code == 400
            assert "9" * 100 in answer.text or "somebody you know" in answer.text


def test_a_file_where_words_are_asked_for_is_no_answer(app: Flask, database: Database) -> None:
    sent = {
        "/sign-in": ("email", "password"),
        "/forgotten": ("email",),
        "/log": ("note", "channel", "occurred_on", "kind"),
        "/profile": ("preferred_name", "say_it"),
    }
    for path, names in sent.items():
        for name in names:
            caller = Caller(app, "" if path in {"/sign-in", "/forgotten"} else "avi")
            form = {**caller.form(path), name: (io.BytesIO(b"a file"), "file.txt")}
            answer = caller.client.post(path, data=form)
            assert answer.status_code < 500, (path, name)
            assert "a file" not in answer.text
