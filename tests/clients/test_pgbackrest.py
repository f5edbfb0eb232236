"""pgBackRest with PostgreSQL, over TLS: backups and logs in a bucket, restored to a moment."""

import hashlib
import json
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import time

import pytest

from conftest import CLIENT_SECONDS_MAX, REGION, boto_client
from larder_process import TlsServer, free_port

PROGRAMS_OF_DEBIAN = "usr/lib/postgresql/*/bin"
# PostgreSQL refuses to run as root.
UNPRIVILEGED = "nobody"
BUCKET = "backups"
ROWS = 30_000


def program(name):
    """On PATH, or where Debian keeps the programs of PostgreSQL's versions."""
    found = shutil.which(name)
    for directory in sorted(pathlib.Path("/").glob(PROGRAMS_OF_DEBIAN), reverse=True):
        found = found or shutil.which(name, path=directory)
    assert found, f"{name} is not installed; `cargo xtask test` says what is missing"
    return found


@pytest.fixture(scope="module")
def tls_server(no_settings_from_outside):
    """pgBackRest speaks nothing but TLS."""
    server = TlsServer(["--buckets", BUCKET])
    server.start()
    yield server
    assert server.is_running(), f"the server died during the suite:\n{server.log_tail()}"
    assert server.stop() == 0, server.log_tail()
    assert "panicked at" not in server.log()
    server.remove()


class Cluster:
    """One database cluster, run without privileges, and its backups in a bucket."""

    def __init__(self, server, name):
        self.server = server
        # The user must be able to come to it, which a checkout in a home directory forbids.
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="larder-pg-"))
        self.data = self.root / "data"
        self.port = free_port()
        self.user = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam(UNPRIVILEGED)
            self.user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(self.root, user.pw_uid, user.pw_gid)
        self.config = self.root / "pgbackrest.conf"
        self.config.write_text(self.configuration(name))
        shutil.copyfile(server.certificate, self.root / "ca.pem")
        for file in (self.config, self.root / "ca.pem"):
            file.chmod(0o644)

    def configuration(self, name):
        return f"""
[global]
repo1-type=s3
repo1-path=/{name}
repo1-s3-bucket={BUCKET}
repo1-s3-endpoint=localhost
repo1-s3-region={REGION}
repo1-s3-uri-style=path
repo1-s3-key={self.server.access_key}
repo1-s3-key-secret={self.server.secret_key}
repo1-storage-port={self.server.port}
repo1-storage-ca-file={self.root}/ca.pem
repo1-retention-full=1
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=for this test
repo1-bundle=y
process-max=2
start-fast=y
io-timeout=30
log-path={self.root}
lock-path={self.root}/lock
spool-path={self.root}

[db]
pg1-path={self.data}
pg1-port={self.port}
pg1-socket-path={self.root}
pg1-user=postgres
"""

    def run(self, name, *args):
        done = subprocess.run(
            [program(name), *(str(arg) for arg in args)],
            cwd=self.root,
            env={**os.environ, "HOME": str(self.root), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=CLIENT_SECONDS_MAX,
            check=False,
            **self.user,
        )
        printed = done.stdout[-3000:] + done.stderr[-2000:]
        assert done.returncode == 0, f"{name} {args}: {printed}{self.log_tail()}"
        return done.stdout

    def log_tail(self):
        log = self.root / "postgres.log"
        return "\n" + log.read_text()[-3000:] if log.exists() else ""

    def create(self):
        self.run("initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-D", self.data)
        push = f"pgbackrest --config={self.config} --stanza=db archive-push %p"
        with open(self.data / "postgresql.conf", "a") as settings:
            settings.write(
                f"\nport = {self.port}\nlisten_addresses = ''\nfsync = off\n"
                f"unix_socket_directories = '{self.root}'\n"
                f"archive_mode = on\narchive_command = '{push}'\n"
            )
        self.start()
        self.backrest("stanza-create")
        self.backrest("check")

    def start(self):
        log = self.root / "postgres.log"
        self.run("pg_ctl", "-D", self.data, "-l", log, "-w", "-t", "60", "start")

    def stop(self, how):
        if (self.data / "postmaster.pid").exists():
            self.run("pg_ctl", "-D", self.data, "-w", "-m", how, "stop")

    def backrest(self, command, *args):
        return self.run("pgbackrest", f"--config={self.config}", "--stanza=db", *args, command)

    def sql(self, statement):
        where = ["-h", self.root, "-p", self.port, "-U", "postgres", "-d", "postgres"]
        return self.run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *where, "-Atc", statement)

    def fill(self, first):
        self.sql("CREATE TABLE IF NOT EXISTS kept (n integer PRIMARY KEY, body text)")
        last = first + ROWS - 1
        numbers = f"generate_series({first}, {last}) n"
        body = "md5(n::text) || md5((n * 7)::text) || md5((n * 11)::text)"
        self.sql(f"INSERT INTO kept SELECT n, {body} FROM {numbers}")

    def digest(self):
        rows = self.sql("SELECT n, body FROM kept ORDER BY n")
        return len(rows.splitlines()), hashlib.md5(rows.encode()).hexdigest()

    def restore(self, *how):
        """Throws the cluster away and makes it again from the bucket alone."""
        # Not at once: what was committed is still to be archived.
        self.stop("fast")
        shutil.rmtree(self.data)
        self.data.mkdir(mode=0o700)
        if self.user:
            os.chown(self.data, self.user["user"], self.user["group"])
        self.backrest("restore", *how)
        self.start()
        # Until it is promoted it may still replay.
        while self.sql("SELECT pg_is_in_recovery()").strip() == "t":
            time.sleep(0.1)


@pytest.fixture
def cluster(tls_server, request):
    cluster = Cluster(tls_server, request.node.name)
    try:
        cluster.create()
        yield cluster
    finally:
        cluster.stop("immediate")
        shutil.rmtree(cluster.root, ignore_errors=True)


def test_full_and_incremental_backups_come_back(cluster):
    cluster.fill(0)
    cluster.backrest("backup", "--type=full")
    cluster.fill(1_000_000)
    cluster.backrest("backup", "--type=incr")
    # In the archived log only.
    cluster.fill(2_000_000)
    cluster.sql("SELECT pg_switch_wal()")
    wanted = cluster.digest()
    cluster.restore()
    assert cluster.digest() == wanted
    assert wanted[0] == 3 * ROWS
    (stanza,) = json.loads(cluster.backrest("info", "--output=json"))
    assert [backup["type"] for backup in stanza["backup"]] == ["full", "incr"]
    assert stanza["status"]["code"] == 0
    cluster.backrest("verify")


def test_back_to_before_the_mistake(cluster):
    cluster.fill(0)
    cluster.backrest("backup")
    cluster.fill(1_000_000)
    wanted = cluster.digest()
    cluster.sql("SELECT pg_create_restore_point('before')")
    cluster.sql("DROP TABLE kept")
    cluster.sql("SELECT pg_switch_wal()")
    cluster.restore("--type=name", "--target=before", "--target-action=promote")
    assert cluster.digest() == wanted


def test_what_expired_is_gone(cluster, tls_server, request):
    cluster.fill(0)
    cluster.backrest("backup", "--type=full")
    (stanza,) = json.loads(cluster.backrest("info", "--output=json"))
    (old,) = stanza["backup"]
    cluster.backrest("backup", "--type=full")
    s3 = boto_client(tls_server)
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=BUCKET, Prefix=f"{request.node.name}/backup/db/"
    )
    keys = [entry["Key"] for page in pages for entry in page["Contents"]]
    assert keys and not any(f"/{old['label']}/" in key for key in keys)
    wanted = cluster.digest()
    cluster.restore()
    assert cluster.digest() == wanted
