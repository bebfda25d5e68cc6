"""What a link may be: pure."""

import pytest

from advocacy.content.rules import check_url
from advocacy.core.errors import Invalid


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://example.org",
        "http://example.org:8080/a?b=1&c=2#d",
        "https://bücher.example/ü",
        "https://[2001:db8::1]/",
    ],
)
def test_a_link_that_a_browser_can_follow(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.org/",
        "//example.org/",
        "/library",
        "example.org",
        "https://",
        "https:///a",
        "https://?a",
        "http://[half",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://a..b/",
        "https://example.org/a b",
        "https://example.org/\t",
        "https://example.org\r\nSet-Cookie: a=b",
        "https://example.org/\0",
        "https://example.org/\x1b[2J",
        "https://example.org/\u202egpj.exe",
        "https://exam\u200bple.org/",
    ],
)
def test_a_link_that_leads_to_no_site_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_url(url)
    assert refused.value.field == "url"
