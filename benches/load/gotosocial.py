"""GoToSocial, with its own defaults but for its limits of calls, which are off."""

import http.cookiejar
import json
import os
import re
import subprocess
import urllib.parse
import urllib.request

from server import Server

PASSWORD = "correct-Horse-battery-staple-9"
NOWHERE = "urn:ietf:wg:oauth:2.0:oob"


class GoToSocial(Server):
    called, name = "gotosocial", "ada"

    def __init__(self, checkout, folder, postgres):
        super().__init__(folder)
        checkout = checkout.resolve()
        program = checkout / "gotosocial"
        options = dict(
            host=f"localhost:{self.port}", protocol="http", bind_address="127.0.0.1", port=self.port,
            db_type="sqlite", db_address=folder / "sqlite.db", storage_local_base_path=folder / "storage",
            web_template_base_dir=f"{checkout}/web/template/", web_asset_base_dir=f"{checkout}/web/assets/",
            letsencrypt_enabled="false", log_level="warn", advanced_rate_limit_requests=0,
            advanced_throttling_multiplier=0)
        if postgres:
            options |= dict(db_type="postgres", db_address="127.0.0.1", db_port=postgres.port, db_user="bench",
                            db_database=postgres.database("theirs"), db_password="none", db_tls_mode="disable")
        environment = {f"GTS_{name.upper()}": str(value) for name, value in options.items()}
        environment |= dict(PATH=os.environ["PATH"], HOME=str(folder))
        run = lambda *words: called(program, words, environment)
        commit = subprocess.run(["git", "log", "-1", "--format=%h"], cwd=checkout, capture_output=True, text=True)
        self.version = f"{run('--version').stdout.strip()}, commit {commit.stdout.strip()}, {built_with(program)}"
        start = lambda: self.start([program, "server", "start"], environment, folder, "/api/v1/instance")
        # It makes people only where it ran before.
        start()
        self.end()
        run("admin", "account", "create", "--username", "ada", "--email", "ada@example.org", "--password", PASSWORD)
        run("admin", "account", "confirm", "--username", "ada")
        start()
        self.tokens = [self.sign_in()]

    def sign_in(self):
        """As an app does it, through its pages."""
        base = f"http://localhost:{self.port}"
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        form = lambda **fields: urllib.parse.urlencode(fields).encode()
        app = json.load(browser.open(f"{base}/api/v1/apps", form(client_name="Bench", redirect_uris=NOWHERE, scopes="read write")))
        query = urllib.parse.urlencode(dict(client_id=app["client_id"], redirect_uri=NOWHERE, response_type="code",
                                            scope="read write"))
        browser.open(f"{base}/oauth/authorize?{query}")
        browser.open(f"{base}/auth/sign_in", form(username="ada@example.org", password=PASSWORD))
        done = browser.open(f"{base}/oauth/authorize", b"")
        page = done.read().decode()
        code = urllib.parse.parse_qs(urllib.parse.urlparse(done.url).query).get("code", [None])[0]
        code = code or re.search(r"<code>([^<]+)</code>", page).group(1)
        token = browser.open(f"{base}/oauth/token", form(
            grant_type="authorization_code", code=code, client_id=app["client_id"],
            client_secret=app["client_secret"], redirect_uri=NOWHERE))
        return json.load(token)["access_token"]


def called(program, words, environment):
    done = subprocess.run([program, *words], env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{program} {' '.join(words)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done


def built_with(program):
    """The Go it was built with, and its tags, as they stand in the program."""
    data = program.read_bytes()
    at = data.find(b"\xff Go buildinf:")
    text = data[at:at + 4096] if at >= 0 else b""
    version = re.search(rb"go1\.\d+(\.\d+)?", text)
    tags = re.search(rb"build\t-tags=([^\n]*)\n", data)
    return f"{version.group().decode() if version else 'Go'} -tags {tags.group(1).decode() if tags else 'none'}"
