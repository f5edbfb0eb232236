"""Litestream: a live SQLite database goes to a bucket transaction by transaction and comes back."""

import hashlib
import json
import signal
import sqlite3
import subprocess
import time

import pytest

import go_programs
from conftest import Tool

ROWS_EACH = 40
BATCHES = 30
CATCH_UP_SECONDS_MAX = 60

program = go_programs.program_of(
    "litestream", "github.com/benbjohnson/litestream/cmd/litestream"
)


@pytest.mark.timeout(660)
def test_build(program):
    """Its own test, so that the time of the build is no test's time."""
    assert program.is_file()


@pytest.fixture
def litestream(program, server, bucket, directory):
    tool = Tool(server, str(program))
    replica = {
        "type": "s3",
        "bucket": bucket,
        "path": "db",
        "endpoint": server.endpoint,
        "region": "us-east-1",
        "force-path-style": True,
        "sync-interval": "200ms",
    }
    settings = {
        "levels": [{"interval": "1s"}, {"interval": "5s"}],
        "dbs": [{"path": str(directory / "db"), "replica": replica}],
    }
    # JSON is YAML, too.
    (directory / "litestream.yml").write_text(json.dumps(settings))
    return tool


def digest(path):
    """Of all rows, as they are read."""
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = database.execute("SELECT n, body FROM kept ORDER BY n").fetchall()
    database.close()
    return len(rows), hashlib.md5(repr(rows).encode()).hexdigest()


def write(path, first):
    database = sqlite3.connect(path, timeout=30)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE IF NOT EXISTS kept (n INTEGER PRIMARY KEY, body BLOB)")
    for batch in range(BATCHES):
        with database:
            for number in range(ROWS_EACH):
                number += first + batch * ROWS_EACH
                body = hashlib.shake_128(str(number).encode()).digest(2000)
                database.execute("INSERT INTO kept VALUES (?, ?)", (number, body))
        time.sleep(0.02)
    database.close()


def replicate(tool, directory):
    command = [tool.program, "replicate", "-config", directory / "litestream.yml"]
    log = open(directory / "litestream.log", "ab")
    return subprocess.Popen(command, stdout=log, stderr=log, env=tool.environment)


def restored_when_equal(tool, directory, wanted):
    """Restores until the copy holds what the database does: replication goes on by itself."""
    end = time.monotonic() + CATCH_UP_SECONDS_MAX
    number = 0
    while True:
        number += 1
        copy = directory / f"copy-{number}"
        settings = directory / "litestream.yml"
        done = tool._run(["restore", "-config", settings, "-o", copy, directory / "db"])
        got = digest(copy) if done.returncode == 0 else done.stderr[-2000:]
        if got == wanted:
            return
        assert time.monotonic() < end, f"{got} instead of {wanted}"
        time.sleep(1)


@pytest.mark.timeout(240)
def test_a_live_database_comes_back(litestream, directory):
    replicating = replicate(litestream, directory)
    try:
        write(directory / "db", 0)
        restored_when_equal(litestream, directory, digest(directory / "db"))
        write(directory / "db", 1_000_000)
    finally:
        replicating.send_signal(signal.SIGTERM)
        code = replicating.wait(60)
    log = (directory / "litestream.log").read_text()
    assert code == 0, log[-3000:]
    assert "level=ERROR" not in log, log[-3000:]
    rows, _ = digest(directory / "db")
    assert rows == 2 * BATCHES * ROWS_EACH
    restored_when_equal(litestream, directory, digest(directory / "db"))


@pytest.mark.timeout(240)
def test_a_killed_replicator_goes_on(litestream, directory, s3, bucket):
    replicating = replicate(litestream, directory)
    write(directory / "db", 0)
    replicating.kill()
    replicating.wait()
    write(directory / "db", 1_000_000)
    again = replicate(litestream, directory)
    try:
        restored_when_equal(litestream, directory, digest(directory / "db"))
        kept = s3.list_objects_v2(Bucket=bucket, Prefix="db/")["Contents"]
        assert all(entry["Size"] > 0 for entry in kept)
    finally:
        again.terminate()
        again.wait(60)
