"""What the day is played on: names are dialled where the test says, pages are filled in as in a browser,
and every step says in one line how it went.

Environment: RESOLVE ("name:address:port,…"), PASSWORD, PHOTOS (folder of the fixtures). REQUESTS_CA_BUNDLE
holds the authority of the test.
"""

import functools
import html.parser
import os
import queue
import socket
import sys
import time
import traceback
import typing
import urllib.parse

import requests
from mastodon import StreamListener, types_base
from mastodon.errors import MastodonAPIError

PASSWORD = os.environ["PASSWORD"]
PATIENCE = 20
# A call is counted: what is awaited is not asked for more often than this, in seconds.
PAUSE = 0.3

# ---- Names are dialled where the test says; TLS and everything else stays as it is ----

dialled = {}
for entry in os.environ["RESOLVE"].split(","):
    host, address, port = entry.rsplit(":", 2)
    dialled[host] = (address, int(port))

find = socket.getaddrinfo


def find_here(host, port, *rest, **named):
    if host not in dialled:
        raise socket.gaierror(f"{host} is not in this world")
    return find(*dialled[host], *rest, **named)


socket.getaddrinfo = find_here


# ---- For each key of each thing it reads, Mastodon.py finds out anew which types its class names: 68 ms for one
# post. What it found is remembered; what it does with that is its own ----

named_types = functools.cache(typing.get_type_hints)
types_base.get_type_hints = lambda kind: dict(named_types(kind))


def photo(name):
    return os.path.join(os.environ["PHOTOS"], name)


# ---- Steps ----


class Kept:
    """What earlier steps found out."""

    def __getattr__(self, name):
        raise LookupError(f"not reached: an earlier step should have left {name}")


def step(name):
    """Plays a step at once; prints `ok NAME`, or `FAIL NAME: why`."""

    def play(deed):
        begun = time.monotonic()
        try:
            deed()
        except Exception as error:
            why = " ".join(f"{type(error).__name__}: {error}".split())
            frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith("day.py")]
            print(f"FAIL {name}: {why} (day.py, line {frames[-1].lineno})" if frames else f"FAIL {name}: {why}")
            traceback.print_exc()
        else:
            print(f"ok {name}")
        print(f"{time.monotonic() - begun:6.2f} s  {name}", file=sys.stderr)
        sys.stdout.flush()

    return play


def same(got, wanted, what):
    assert got == wanted, f"{what}: {got!r} where {wanted!r} was expected"


def holds(condition, what):
    assert condition, what


def eventually(ask, what):
    """Asks again and again until the answer is true; gives it."""
    begun = time.monotonic()
    while True:
        found = ask()
        if found:
            return found
        assert time.monotonic() - begun < PATIENCE, f"did not come about: {what}"
        time.sleep(PAUSE)


def refused(status, deed, what):
    """A call must be answered with this status."""
    try:
        deed()
    except MastodonAPIError as error:
        same(error.args[1], status, f"{what} ({error.args[-1]})")
    else:
        raise AssertionError(f"was not refused: {what}")


def ids(page):
    return [item.id for item in page]


# ---- A browser without script ----


class Forms(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.code = [], None

    def handle_starttag(self, tag, pairs):
        given = dict(pairs)
        if tag == "form":
            self.forms.append((given.get("action"), {}))
        elif tag == "input" and given.get("id") == "code":
            self.code = given.get("value")
        elif tag == "input" and self.forms and given.get("name"):
            self.forms[-1][1][given["name"]] = given.get("value") or ""


def read(page):
    found = Forms()
    found.feed(page.text)
    return found


def allow(question, login):
    """Signs in at the page an app leads to, and lets it in. Gives the address that follows, or the code shown."""
    browser = requests.Session()
    page = browser.get(question)

    def send(action, more, follow):
        fields = [fields for known, fields in read(page).forms if known == action]
        holds(fields, f"no form for {action} at {page.url}: {page.status_code}")
        url = urllib.parse.urljoin(page.url, action)
        origin = "https://" + urllib.parse.urlsplit(page.url).netloc
        return browser.post(url, {**fields[0], **more}, headers={"Origin": origin}, allow_redirects=follow)

    page = send("/sign-in", {"login": login, "password": PASSWORD}, True)
    page = send("/oauth/authorize", {"answer": "allow"}, False)
    holds(page.is_redirect, f"not let in: {page.status_code}")
    to = urllib.parse.urljoin(page.url, page.headers["location"])
    if urllib.parse.urlsplit(to).path == "/oauth/authorize/native":
        return read(browser.get(to)).code
    return to


def part(address, name):
    """One parameter of an address."""
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query)).get(name)


# ---- Pages and streams ----


def walk(app, page, what):
    """Reads on to the end and back to the start; everything must be there once, newest first, both ways."""
    pages = []
    while page:
        pages.append(page)
        page = app.fetch_next(page)
    there = [one for page in pages for one in ids(page)]
    same(there, sorted(set(there), key=int, reverse=True), f"{what}, on")
    back, page = list(ids(pages[-1])), app.fetch_previous(pages[-1])
    while page:
        back = ids(page) + back
        page = app.fetch_previous(page)
    same(back, there, f"{what}, back")
    return there


class Ear(StreamListener):
    """Keeps what it hears, with the time. Begins once the server has said that it is there."""

    def __init__(self, begin):
        self.heard, self.greeted = queue.Queue(), queue.Queue()
        self.stream = begin(self)
        try:
            self.greeted.get(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError("the stream does not begin") from None

    def handle_heartbeat(self):
        self.greeted.put(True)

    def on_any_event(self, name, data=None):
        self.heard.put((name, data, time.monotonic()))

    def hears(self, name, fits, what):
        """Waits for such an event; gives what came with it, and when it came."""
        while True:
            try:
                heard, data, at = self.heard.get(timeout=PATIENCE)
            except queue.Empty:
                raise AssertionError(f"was not heard: {what}") from None
            if heard == name and fits(data):
                return data, at

    def close(self):
        self.stream.close()
