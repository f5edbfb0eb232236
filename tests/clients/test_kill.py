"""`kill -9` under a load of mixed clients: whatever was acknowledged reads back exactly.

Each worker owns its keys and writes down what the server acknowledged. An operation that was under
way when the server died is unknown, never absent: before or after it are both right.
"""

import hashlib
import os
import random
import re
import threading
import time
import urllib.request

import botocore.exceptions
import botocore.parsers
import pytest

from conftest import boto_client

ROUNDS = int(os.environ.get("CLIENTS_KILL_ROUNDS", "3"))
BUCKET = "under-load"
PART_BYTES = 5 * 1024 * 1024
# On both sides of what is kept inside the journal and of the block and part sizes.
SIZES = (0, 1, 511, 4096, 60_000, 131_071, 131_073, 700_000, 1_048_577, 3_000_000)
KEYS_EACH = 12
ABSENT = None


class Worker(threading.Thread):
    """One client, with its keys and what it knows about each of them."""

    def __init__(self, server, name, seed):
        super().__init__(name=name, daemon=True)
        self.s3 = boto_client(server, connect_timeout=5, read_timeout=30)
        self.random = random.Random(seed)
        # What each key may hold: a set of MD5s or ABSENT. One entry means that it is known.
        self.may_hold = {}
        self.acknowledged = 0
        # Set just before the server is killed: only from then on may the connection break.
        self.killing = threading.Event()
        self.problem = None

    def run(self):
        try:
            while True:
                self.step()
                self.acknowledged += 1
        except (
            botocore.exceptions.ConnectionError,
            botocore.exceptions.HTTPClientError,
            botocore.parsers.ResponseParserError,  # an answer that was cut off
        ) as error:
            if not self.killing.is_set():
                self.problem = error
        except Exception as error:  # a refusal, or a broken test
            self.problem = error

    def key(self):
        return f"{self.name}/{self.random.randrange(KEYS_EACH)}"

    def body(self):
        return self.random.randbytes(self.random.choice(SIZES))

    def change(self, key, outcome, call):
        """Runs `call`, after which `key` holds `outcome`; until it returns, either is possible."""
        before = self.may_hold.get(key, {ABSENT})
        self.may_hold[key] = before | {outcome}
        answer = call()
        self.may_hold[key] = {outcome}
        return answer

    def step(self):
        raise NotImplementedError


class Putter(Worker):
    def step(self):
        key, body = self.key(), self.body()
        put = {"Bucket": BUCKET, "Key": key, "Body": body}
        self.change(key, md5(body), lambda: self.s3.put_object(**put))


class Deleter(Worker):
    def step(self):
        key, body = self.key(), self.body()
        if self.random.random() < 0.6:
            put = {"Bucket": BUCKET, "Key": key, "Body": body}
            self.change(key, md5(body), lambda: self.s3.put_object(**put))
        else:
            self.change(key, ABSENT, lambda: self.s3.delete_object(Bucket=BUCKET, Key=key))


class Uploader(Worker):
    """Multipart uploads; what is listed as complete has every byte of every part."""

    def step(self):
        key = self.key()
        bodies = [self.random.randbytes(PART_BYTES), self.body() or b"x"]
        upload = self.s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
        target = {"Bucket": BUCKET, "Key": key, "UploadId": upload}
        parts = []
        for number, body in enumerate(bodies, 1):
            part = self.s3.upload_part(**target, PartNumber=number, Body=body)
            parts.append({"PartNumber": number, "ETag": part["ETag"]})
        whole = {**target, "MultipartUpload": {"Parts": parts}}
        outcome = md5(b"".join(bodies))
        self.change(key, outcome, lambda: self.s3.complete_multipart_upload(**whole))


class Conditional(Worker):
    """Creates with If-None-Match and replaces with If-Match; it is the only one at its keys."""

    def step(self):
        key, body = self.key(), self.body()
        put = {"Bucket": BUCKET, "Key": key, "Body": body}
        held = self.may_hold.get(key, {ABSENT})
        if held == {ABSENT}:
            put["IfNoneMatch"] = "*"
        else:
            put["IfMatch"] = f'"{next(iter(held))}"'
        self.change(key, md5(body), lambda: self.s3.put_object(**put))
        if self.random.random() < 0.2:
            self.change(key, ABSENT, lambda: self.s3.delete_object(Bucket=BUCKET, Key=key))


KINDS = (Putter, Putter, Putter, Deleter, Uploader, Conditional, Conditional)


def md5(body):
    return hashlib.md5(body).hexdigest()


def held_by(s3, key):
    try:
        answer = s3.get_object(Bucket=BUCKET, Key=key)
    except botocore.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "NoSuchKey", error
        return ABSENT
    return md5(answer["Body"].read())


def read_back(s3, workers):
    """Compares what the server holds with what it acknowledged; then everything is known again."""
    listing = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    listed = {row["Key"] for page in listing for row in page.get("Contents", [])}
    wrong = []
    for worker in workers:
        for key, possible in worker.may_hold.items():
            held = held_by(s3, key)
            if held not in possible:
                wrong.append(f"{key}: holds {held}, acknowledged {possible}")
            if (key in listed) != (held is not ABSENT):
                wrong.append(f"{key}: listing and reading disagree")
            worker.may_hold[key] = {held}
    known = {key for worker in workers for key in worker.may_hold}
    wrong += [f"{key}: listed, but nobody wrote it" for key in listed - known]
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.timeout(120 + 60 * ROUNDS)
def test_kill_under_load(own_server):
    seed = int(os.environ.get("CLIENTS_SEED", time.time_ns() % 1_000_000))
    chance = random.Random(seed)
    boto_client(own_server).create_bucket(Bucket=BUCKET)
    known = {}
    for number in range(ROUNDS):
        workers = []
        for index, kind in enumerate(KINDS):
            worker = kind(own_server, f"{kind.__name__.lower()}-{index}", chance.random())
            worker.may_hold = known.get(worker.name, {})
            workers.append(worker)
            worker.start()
        time.sleep(chance.uniform(1.0, 4.0))
        assert own_server.is_running(), f"it died before it was killed (seed {seed})"
        for worker in workers:
            worker.killing.set()
        own_server.kill()
        for worker in workers:
            worker.join(60)
            assert not worker.is_alive(), f"{worker.name} is stuck (seed {seed})"
            assert worker.problem is None, f"{worker.name}: {worker.problem} (seed {seed})"
        assert sum(worker.acknowledged for worker in workers) > 0, "there was a load"
        # The very same command: no flag, no repair.
        own_server.start()
        try:
            read_back(boto_client(own_server), workers)
        except AssertionError as error:
            raise AssertionError(f"round {number + 1}, seed {seed}: {error}") from None
        known = {worker.name: worker.may_hold for worker in workers}


def test_kill_while_nothing_happens(own_server):
    s3 = boto_client(own_server)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="kept", Body=b"kept")
    for _ in range(ROUNDS):
        own_server.kill()
        own_server.start()
    assert s3.get_object(Bucket=BUCKET, Key="kept")["Body"].read() == b"kept"


def requests_open(server):
    with urllib.request.urlopen(server.admin_endpoint + "/_/metrics", timeout=10) as answer:
        page = answer.read().decode()
    return int(re.search(r"^larder_requests_open (\d+)$", page, re.MULTILINE).group(1))


def test_graceful_stop_finishes_what_was_accepted(own_server):
    """A request that is being sent when the server is asked to stop is answered."""
    s3 = boto_client(own_server)
    s3.create_bucket(Bucket=BUCKET)
    body = os.urandom(24 * 1024 * 1024)
    outcomes = []

    def upload(number):
        s3.put_object(Bucket=BUCKET, Key=f"late/{number}", Body=SlowBody(body))
        outcomes.append(number)

    threads = [threading.Thread(target=upload, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    # All three, and the question itself: however slow the machine, each has been accepted.
    deadline = time.monotonic() + 30
    while requests_open(own_server) + len(outcomes) < 4:
        assert time.monotonic() < deadline, "the uploads are underway"
        time.sleep(0.05)
    assert own_server.stop() == 0
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == [0, 1, 2]
    own_server.start()
    for number in range(3):
        assert held_by(boto_client(own_server), f"late/{number}") == md5(body)


class SlowBody:
    """A body that takes a second and a half to send, but is quick to hash."""

    def __init__(self, body):
        self.body = body
        self.at = 0

    def __len__(self):
        return len(self.body)

    def tell(self):
        return self.at

    def seek(self, offset, whence=0):
        self.at = offset + (0, self.at, len(self.body))[whence]
        return self.at

    def read(self, amount=-1):
        # The sender reads blocks of a few kilobytes; whoever hashes reads a mebibyte or all of it.
        if 0 < amount < 1024 * 1024:
            time.sleep(1.5 * amount / len(self.body))
        end = len(self.body) if amount < 0 else self.at + amount
        piece = self.body[self.at : end]
        self.at += len(piece)
        return piece
