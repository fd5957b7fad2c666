"""Times uploads to a real server, and weighs it.

    server.py BINARY PHOTO... [--uploads N] [--together N] [--rest SECONDS]

Starts BINARY (a release build) with a fresh data folder, makes an account, signs in, and sends photos
over HTTP, each into a draft of its own, one after the other (or so many together). A photo is ready when
its upload is answered: then its sizes and its placeholder are durable. Tells

- the milliseconds of the first half of the uploads and of the second, in which the server was warm, and
  the CPU time an upload took, which tells what is possible where other programs are at work;
- the resident memory of the server and its children (the sum over the process and all below it of what
  /proc/PID/smaps_rollup calls Rss; shared pages count in each) before, at most while it worked, after,
  and once it had rested.
"""

import argparse
import concurrent.futures
import html
import http.client
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import weigh  # noqa: E402

PASSWORD = "correct horse battery staple"


class Server:
    def __init__(self, binary, folder):
        self.port = weigh.free_port()
        environment = dict(CYANOTYPE_DATA_DIR=str(folder), CYANOTYPE_LISTEN=f"127.0.0.1:{self.port}",
                           CYANOTYPE_LOG="warn", PATH=os.environ["PATH"])
        account = [binary, "admin", "create-account", "ada", "--email", "ada@example.org", "--role", "owner"]
        subprocess.run(account, input=PASSWORD, text=True, env=environment, check=True, stdout=subprocess.DEVNULL)
        self.process = subprocess.Popen([binary, "serve"], env=environment, stdout=subprocess.DEVNULL)
        while True:
            try:
                if self.ask("GET", "/readyz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.05)
        form = urllib.parse.urlencode(dict(login="ada", password=PASSWORD)).encode()
        status, headers, _ = self.ask("POST", "/sign-in", form, {"content-type": "application/x-www-form-urlencoded"})
        self.cookie = headers["set-cookie"].split(";")[0]
        assert status == 303, status

    def ask(self, method, path, body=None, headers=None, connection=None):
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def upload(self, photo):
        """Milliseconds from the first byte sent to the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        _, _, page = self.ask("GET", "/compose", headers={"cookie": self.cookie}, connection=connection)
        draft = re.search(r'action="/compose/(\d+)"', html.unescape(page.decode())).group(1)
        edge = "edge-of-a-part"
        head = (f'--{edge}\r\nContent-Disposition: form-data; name="photo"; filename="{photo.name}"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n")
        body = head.encode() + photo.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        headers = {"cookie": self.cookie, "content-type": f"multipart/form-data; boundary={edge}"}
        started = time.perf_counter()
        status, _, answer = self.ask("POST", f"/compose/{draft}/photos", body, headers, connection)
        passed = (time.perf_counter() - started) * 1e3
        connection.close()
        assert status == 201, (status, answer)
        return passed

    def spent(self):
        """CPU seconds of the process, of all below it and of those that ended."""
        return weigh.spent(self.process.pid)

    def memory(self):
        """Resident MiB of the process and of all below it."""
        return sum(map(resident, weigh.family(self.process.pid)))


def resident(process):
    try:
        text = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Rss:\s+(\d+) kB", text, re.M)
    return int(found.group(1)) / 1024 if found else 0


class Watch(threading.Thread):
    """The most memory while it watches."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.most, self.over = server, 0, threading.Event()

    def run(self):
        while not self.over.wait(0.05):
            self.most = max(self.most, self.server.memory())


def told(name, times):
    times = sorted(times)
    at = lambda share: times[min(len(times) - 1, int(len(times) * share))]
    print(f"{name:28} {len(times):4} uploads, ms: median {at(0.5):6.1f}, p95 {at(0.95):6.1f}, p99 {at(0.99):6.1f}, most {times[-1]:6.1f}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("binary")
    arguments.add_argument("photos", nargs="+", type=pathlib.Path)
    arguments.add_argument("--uploads", type=int, default=200)
    arguments.add_argument("--together", type=int, default=1)
    arguments.add_argument("--rest", type=float, default=60)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(given.binary, folder)
        try:
            time.sleep(1)
            before = server.memory()
            watch = Watch(server)
            watch.start()
            photos = [given.photos[i % len(given.photos)] for i in range(given.uploads)]
            began, spent = time.perf_counter(), server.spent()
            with concurrent.futures.ThreadPoolExecutor(given.together) as pool:
                times = list(pool.map(server.upload, photos))
            passed = time.perf_counter() - began
            watch.over.set()
            watch.join()
            after = server.memory()
            half = len(times) // 2
            told("first half", times[:half])
            told("second half", times[half:])
            spent = (server.spent() - spent) / len(times) * 1e3
            print(f"{len(times) / passed:.2f} uploads a second, {given.together} together; CPU ms an upload: {spent:.1f}; load", *os.getloadavg())
            print(f"resident MiB: {before:.1f} before, {watch.most:.1f} at most, {after:.1f} after", end="", flush=True)
            time.sleep(given.rest)
            print(f", {server.memory():.1f} after {given.rest:.0f} s of rest")
        finally:
            server.process.terminate()
            server.process.wait()


if __name__ == "__main__":
    main()
