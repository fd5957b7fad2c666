"""What both servers have in common: they are started, asked, and weighed."""

import http.client
import json
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import weigh  # noqa: E402

CONNECTIONS = 16
# GoToSocial answers nobody without a name.
AGENT = "bench/1"


class Server:
    """A process that answers. Who makes one sets `called`, `version`, `how`, `name`, `tokens` and `process`."""

    def __init__(self, folder):
        folder.mkdir()
        self.folder, self.port, self.process = folder, weigh.free_port(), None

    def start(self, command, environment, where, ready):
        shown = " ".join(f"{key}={value}" for key, value in environment.items() if key not in ("PATH", "HOME"))
        self.how = f"{shown} {' '.join(map(str, command))}"
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(command, env=environment, cwd=where, stdout=self.log, stderr=self.log)
        for _ in range(1200):
            try:
                if self.ask("GET", ready)[0] == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit((self.folder / "log").read_text()[-3000:])

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path, body, {"host": f"localhost:{self.port}", "user-agent": AGENT, **(headers or {})})
        answer = connection.getresponse()
        told = answer.status, answer.headers, answer.read()
        connection.close()
        return told

    def json(self, method, path, body=None, kind="application/json", token=True):
        headers = {"content-type": kind}
        if token:
            headers["authorization"] = f"Bearer {self.tokens[0]}"
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        status, _, answer = self.ask(method, path, body, headers)
        assert status in (200, 202), (method, path, status, answer[:500])
        return json.loads(answer)

    def upload(self, photo, words):
        edge = "edge-of-a-part"
        body = (f'--{edge}\r\nContent-Disposition: form-data; name="description"\r\n\r\n{words}\r\n'
                f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{photo.name}"\r\n'
                "Content-Type: image/jpeg\r\n\r\n").encode() + photo.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        media = self.json("POST", "/api/v2/media", body, f"multipart/form-data; boundary={edge}")
        while not media.get("url"):
            time.sleep(0.02)
            media = self.json("GET", f"/api/v1/media/{media['id']}")
        return media["id"]

    def post(self, words, media):
        return self.json("POST", "/api/v1/statuses", {"status": words, "media_ids": media, "visibility": "public"})

    def spent(self):
        """CPU seconds of the process, of all below it and of those that ended."""
        return weigh.spent(self.process.pid)

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


SCRIPT = """
local tokens, path, anew, n = {%s}, "%s", %s, 0
request = function()
  n = n + 1
  local headers = {Host = "localhost:%d", ["Accept-Encoding"] = "gzip", ["User-Agent"] = "%s"}
  if #tokens > 0 then headers["Authorization"] = "Bearer " .. tokens[n %% #tokens + 1] end
  local mark = path:find("?", 1, true) and "&" or "?"
  return wrk.format("GET", anew and path .. mark .. "call=" .. n .. "-%d" or path, headers)
end
"""


def wrk(server, path, seconds, signed, anew):
    """Asks for so long; what was answered."""
    tokens = ",".join(f'"{token}"' for token in server.tokens) if signed else ""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % (tokens, path, "true" if anew else "false", server.port, AGENT, time.time_ns()))
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "--latency", "-s", script.name,
                   f"http://127.0.0.1:{server.port}"]
        spent = server.spent()
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        spent = server.spent() - spent
    if "Non-2xx" in told or "Socket errors" in told:
        raise SystemExit(f"{server.called} {path}\n{told}")
    count, read = re.search(r"(\d+) requests in [\d.]+m?s?, ([\d.]+[KMG]?B) read", told).groups()
    at = lambda part: milliseconds(re.search(rf"^\s+{part}%\s+(\S+)\s*$", told, re.M).group(1))
    return dict(rate=float(re.search(r"Requests/sec:\s+([\d.]+)", told).group(1)), p50=at(50), p99=at(99),
                bytes=size(read) / int(count), cpu=spent / int(count) * 1e3)


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}[unit]


def size(text):
    number, unit = re.fullmatch(r"([\d.]+)([KMG]?)B", text).groups()
    return float(number) * {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}[unit]


class Postgres:
    """A cluster of its own, with what the newest installed one sets by itself."""

    def __init__(self, folder):
        folder.mkdir()
        self.programs = max(pathlib.Path("/usr/lib/postgresql").iterdir(), key=lambda path: int(path.name)) / "bin"
        self.folder, self.port = folder, weigh.free_port()
        self.user = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            shutil.chown(folder, user.pw_uid, user.pw_gid)
            self.user = dict(user=user.pw_uid, group=user.pw_gid, extra_groups=[])
        self.run("initdb", "-D", folder / "data", "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-k {folder} -p {self.port} -c listen_addresses=127.0.0.1 -c shared_buffers=256MB"
        self.run("pg_ctl", "-D", folder / "data", "-l", folder / "log", "-w", "-o", options, "start")
        self.version = f"{self.query('postgres', 'SELECT version()')}; {options}"

    def run(self, program, *arguments):
        command = [self.programs / program, *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self.user)

    def query(self, database, sql):
        command = [self.programs / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "bench", "-d", database,
                   "-v", "ON_ERROR_STOP=1", "-qAt"]
        return subprocess.run(command, input=sql, check=True, capture_output=True, text=True).stdout.strip()

    def database(self, name):
        self.query("postgres", f"CREATE DATABASE {name} TEMPLATE template0")
        return name

    def end(self):
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
