"""One marketplace has one address, however it is spelt: one store, one token."""

from __future__ import annotations

import pytest

from desktop.paths import profile_of
from sync.api.origin import checked_origin, origin_of


@pytest.mark.parametrize(
    ("spelt", "origin"),
    [
        ("https://marketplace.example", "https://marketplace.example"),
        ("https://marketplace.example/", "https://marketplace.example"),
        ("https://marketplace.example/v1?x=1#top", "https://marketplace.example"),
        ("https://marketplace.example:443", "https://marketplace.example"),
        ("https://marketplace.example:0443/", "https://marketplace.example"),
        ("https://marketplace.example:", "https://marketplace.example"),
        ("https://marketplace.example.", "https://marketplace.example"),
        ("https://marketplace.example.:443", "https://marketplace.example"),
        ("HTTPS://MarketPlace.Example", "https://marketplace.example"),
        (" https://marketplace.example\n", "https://marketplace.example"),
        ("https://marketplace.example:8443", "https://marketplace.example:8443"),
        ("https://marketplace.example:80", "https://marketplace.example:80"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://127.0.0.1:443", "http://127.0.0.1:443"),
        ("http://LOCALHOST.:8080", "http://localhost:8080"),
        ("http://[0:0:0:0:0:0:0:1]:8080", "http://[::1]:8080"),
        ("https://[2001:DB8::00a]", "https://[2001:db8::a]"),
        ("https://Bücher.example", "https://xn--bcher-kva.example"),
        ("https://bu\u0308cher.example", "https://xn--bcher-kva.example"),
        ("https://XN--BCHER-KVA.example", "https://xn--bcher-kva.example"),
        ("https://bücher。example", "https://xn--bcher-kva.example"),
        # Unlike the older rules, today's keep these two apart, and so does whoever registers them.
        ("https://straße.example", "https://xn--strae-oqa.example"),
    ],
)
def test_every_spelling_of_an_address_is_one_marketplace(spelt, origin):
    assert checked_origin(spelt) == origin
    assert origin_of(origin) == origin


@pytest.mark.parametrize(
    "spelt",
    [
        "https://",
        "https://.",
        "https://..",
        "https://a..b",
        "https://../secrets",
        "https://a b",
        "https://a\\b",
        "https://a%2fb",
        "https://-a.example",
        "https://@marketplace.example",
        "https://you@marketplace.example",
        "https://marketplace.example:0",
        "https://[::1",
        "https://[fe80::1%25eth0]",
        "https://" + "a" * 64,
        "https://" + "a." * 127 + "aa",
        "https://\u2603\u200d.example",
        "ftp://marketplace.example",
        "marketplace.example",
    ],
)
def test_what_is_no_address_of_a_marketplace_is_refused_in_words(spelt):
    assert origin_of(spelt) == ""
    with pytest.raises(ValueError, match="is not a web address"):
        checked_origin(spelt)


def test_no_two_marketplaces_share_a_folder(tmp_path):
    origins = [
        "https://host",
        "https://host:8443",
        "https://host_8443",
        "http://localhost",
        "http://localhost:8080",
        "https://[::1]:80",
        "https://[1::]:80",
        "https://[1::80]",
    ]
    folders = {profile_of(tmp_path, origin).folder for origin in origins}
    assert len(folders) == len(origins)
    assert {folder.parent for folder in folders} == {tmp_path / "accounts"}
