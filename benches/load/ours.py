"""This server, as somebody starts it who sets nothing."""

import hashlib
import os
import sqlite3
import subprocess
import time

from server import Server

# Each app may call 300 times in five minutes: enough of them for hundreds of thousands of calls.
TOKENS = 4_000


class Cyanotype(Server):
    called, name = "cyanotype", "ada"

    def __init__(self, program, folder, postgres):
        super().__init__(folder)
        environment = dict(CYANOTYPE_DATA_DIR=str(folder / "data"), CYANOTYPE_LISTEN=f"127.0.0.1:{self.port}",
                           CYANOTYPE_LOG="warn", PATH=os.environ["PATH"])
        if postgres:
            self.database = postgres.database("ours")
            environment["CYANOTYPE_DATABASE"] = f"postgres://bench@127.0.0.1:{postgres.port}/{self.database}"
        self.postgres = postgres
        account = [program, "admin", "create-account", "ada", "--email", "ada@example.org", "--role", "owner"]
        subprocess.run(account, input="correct horse battery staple", text=True, env=environment, check=True,
                       stdout=subprocess.DEVNULL)
        self.version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip()
        self.make_tokens()
        self.start([program, "serve"], environment, folder, "/readyz")

    def make_tokens(self):
        """Of one app, straight into the database: nobody clicks four thousand times."""
        self.tokens = [f"{n:064x}" for n in range(TOKENS)]
        now = int(time.time() * 1e3)
        first = now << 22
        blob = (lambda text: f"'\\x{text}'::bytea") if self.postgres else (lambda text: f"x'{text}'")
        statements = [
            "INSERT INTO application (id, client_id, secret_hash, name, redirect_uris, scopes, created_at, used_at) "
            f"VALUES ({first}, 'bench', {blob('00')}, 'Bench', '[]', 'read write', {now}, {now})"
        ]
        for n, token in enumerate(self.tokens):
            secret = hashlib.sha256(token.encode()).hexdigest()
            statements.append(
                "INSERT INTO access_token (id, token_hash, application_id, account_id, scopes, created_at, seen_at) "
                f"SELECT {first + 1 + n}, {blob(secret)}, {first}, id, 'read write', {now}, {now} FROM account "
                "WHERE username_key = 'ada'")
        script = ";\n".join(["BEGIN", *statements, "COMMIT"]) + ";"
        if self.postgres:
            self.postgres.query(self.database, script)
        else:
            file = sqlite3.connect(self.folder / "data/cyanotype.sqlite")
            file.executescript(script)
            file.close()
