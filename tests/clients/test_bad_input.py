"""Bad input over raw sockets: AWS's error or a clean close within a bounded time, never a stored
object, a stuck connection or a server that is worse off afterwards."""

import hashlib
import re
import socket
import threading
import time
import urllib.error
import urllib.request

import pytest

from conftest import boto_client
from sigv4 import EMPTY, Signed

BUCKET = "bad-input"
# How long a server may keep a connection that says nothing, or dribbles.
SLOW_SECONDS_MAX = 70
ANSWER_SECONDS_MAX = 15
RSS_SLACK_BYTES = 24 * 1024 * 1024
SETTLE_SECONDS_MAX = 10


@pytest.fixture(scope="module")
def target(request, no_settings_from_outside):
    """A server with one bucket. Whatever a test sends, afterwards it serves and holds nothing."""
    server = request.getfixturevalue("server")
    boto_client(server).create_bucket(Bucket=BUCKET)
    return server


@pytest.fixture(autouse=True)
def unharmed(target):
    yield
    s3 = boto_client(target)
    stored = [row["Key"] for row in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    for key in stored:
        s3.delete_object(Bucket=BUCKET, Key=key)
    assert not stored, "nothing may be stored"
    s3.put_object(Bucket=BUCKET, Key="still serves", Body=b"yes")
    assert s3.get_object(Bucket=BUCKET, Key="still serves")["Body"].read() == b"yes"
    s3.delete_object(Bucket=BUCKET, Key="still serves")


def connect(target):
    connection = socket.create_connection(("127.0.0.1", target.port), timeout=ANSWER_SECONDS_MAX)
    connection.settimeout(ANSWER_SECONDS_MAX)
    return connection


def read_all(connection):
    """Everything until the server closes; a reset is a close as well."""
    received = b""
    try:
        while block := connection.recv(65536):
            received += block
    except (ConnectionResetError, BrokenPipeError):
        pass
    return received


def read_answer(connection):
    """One whole answer, or what came before a close."""
    received = b""
    try:
        while b"\r\n\r\n" not in received:
            block = connection.recv(65536)
            if not block:
                return received
            received += block
        head, _, body = received.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        if length is None and re.search(rb"transfer-encoding: *chunked", head, re.IGNORECASE):
            while not body.endswith(b"0\r\n\r\n") and (block := connection.recv(65536)):
                body += block
        while length is not None and len(body) < int(length[1]):
            block = connection.recv(65536)
            if not block:
                break
            body += block
        return head + b"\r\n\r\n" + body
    except (ConnectionResetError, BrokenPipeError):
        return received


def exchange(target, data):
    """Sends `data` and returns the answer; the server may close before it has read everything."""
    with connect(target) as connection:
        try:
            connection.sendall(data)
        except (ConnectionResetError, BrokenPipeError):
            pass
        return read_answer(connection)


def status_of(answer):
    if not answer:
        return None
    assert answer.startswith(b"HTTP/1.1 "), answer[:200]
    return int(answer.split(b" ", 2)[1])


def code_of(answer):
    found = re.search(rb"<Code>(\w+)</Code>", answer)
    return found[1].decode() if found else None


def assert_refused(answer):
    """An answer of the 4xx or 5xx kind, or a close without any."""
    status = status_of(answer)
    assert status is None or 400 <= status < 600, answer[:500]
    assert status != 500, f"a bad request is not the server's own failure: {answer[:500]}"


HEADS = {
    "noise": bytes(range(256)) * 8,
    "tls hello": bytes.fromhex("16030100c8010000c40303") + b"\x00" * 190,
    "http2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 64,
    "no version": b"GET /\r\n\r\n",
    "unknown version": b"GET / HTTP/9.9\r\nhost: x\r\n\r\n",
    "unknown method": b"BREW / HTTP/1.1\r\nhost: x\r\n\r\n",
    "space in target": b"GET /a b c HTTP/1.1\r\nhost: x\r\n\r\n",
    "bare line feeds and a nul": b"GET / HTTP/1.1\nhost: x\nx: \x00\n\n",
    "header without a name": b"GET / HTTP/1.1\r\n: x\r\n\r\n",
    "header name with a blank": b"GET / HTTP/1.1\r\nhost : x\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    "two lengths": b"PUT /b/k HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n"
    b"content-length: 2\r\n\r\nab",
    "length and chunked": b"PUT /b/k HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n"
    b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "negative length": b"PUT /b/k HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
    "length of no number": b"PUT /b/k HTTP/1.1\r\nhost: x\r\ncontent-length: ten\r\n\r\n",
    "length beyond 64 bits": b"PUT /b/k HTTP/1.1\r\nhost: x\r\ncontent-length: "
    + b"9" * 40
    + b"\r\n\r\n",
    "percent without digits": b"GET /b/%zz HTTP/1.1\r\nhost: x\r\n\r\n",
    "key that is not UTF-8": b"GET /b/%ff%fe HTTP/1.1\r\nhost: x\r\n\r\n",
    "long target": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
    "long header": b"GET / HTTP/1.1\r\nhost: x\r\nx-long: " + b"a" * 600_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nhost: x\r\n" + b"x-many: 1\r\n" * 5000 + b"\r\n",
    "authorization of noise": b"GET / HTTP/1.1\r\nhost: x\r\n"
    b"authorization: AWS4-HMAC-SHA256 \xff;,=\r\n\r\n",
}


@pytest.mark.parametrize("name", HEADS)
def test_malformed_head(name, target):
    assert_refused(exchange(target, HEADS[name]))


def test_endless_headers(target):
    """The connection ends long before the client tires."""
    sent = 0
    with connect(target) as connection:
        try:
            connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n")
            while sent < 64 * 1024 * 1024:
                connection.sendall(b"x-endless: " + b"a" * 8000 + b"\r\n")
                sent += 8013
        except (ConnectionResetError, BrokenPipeError):
            pass
        assert_refused(read_answer(connection))
    assert sent < 16 * 1024 * 1024, "it read 16 MiB of headers"


def test_endless_header_line(target):
    sent = 0
    with connect(target) as connection:
        try:
            connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nx-endless: ")
            while sent < 64 * 1024 * 1024:
                sent += connection.send(b"a" * 65536)
        except (ConnectionResetError, BrokenPipeError):
            pass
        assert_refused(read_answer(connection))
    assert sent < 16 * 1024 * 1024, "it read 16 MiB of one header"


@pytest.mark.parametrize("length", [1025, 5000])
def test_key_that_is_too_long(length, target):
    path = f"/{BUCKET}/" + "k" * length
    request = Signed(target, "PUT", path, {"content-length": "1"}, hashlib.sha256(b"x").hexdigest())
    answer = exchange(target, request.head() + b"x")
    assert (status_of(answer), code_of(answer)) == (400, "KeyTooLongError")


def test_key_of_1024_bytes_is_fine(target):
    path = f"/{BUCKET}/" + "k" * 1024
    request = Signed(target, "PUT", path, {"content-length": "1"}, hashlib.sha256(b"x").hexdigest())
    assert status_of(exchange(target, request.head() + b"x")) == 200
    assert status_of(exchange(target, Signed(target, "DELETE", path).head())) == 204


STREAMING = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"


def chunked_put(target, decoded_length, body_of, **more):
    """A signed aws-chunked PUT whose body `body_of` makes from the signed head."""
    probe = Signed(target, "PUT", f"/{BUCKET}/chunked", {}, STREAMING)
    wire_length = len(body_of(probe))
    headers = {
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": str(decoded_length),
        "content-length": str(more.get("content_length", wire_length)),
    }
    request = Signed(target, "PUT", f"/{BUCKET}/chunked", headers, STREAMING)
    return exchange(target, request.head() + body_of(request))


def test_good_chunks_are_accepted(target):
    """The signer of these tests is right; otherwise the refusals below would prove nothing."""
    answer = chunked_put(target, 70_000, lambda r: r.chunk(b"a" * 70_000) + r.chunk(b""))
    assert status_of(answer) == 200, answer[:500]
    boto_client(target).delete_object(Bucket=BUCKET, Key="chunked")


BROKEN_CHUNKS = {
    "wrong signature": lambda r: b"3;chunk-signature=" + b"0" * 64 + b"\r\nabc\r\n" + r.chunk(b""),
    "no signature": lambda r: b"3\r\nabc\r\n0\r\n\r\n",
    "size of no number": lambda r: b"zz;chunk-signature=" + b"0" * 64 + b"\r\nabc\r\n",
    "size beyond 64 bits": lambda r: b"f" * 20 + b";chunk-signature=" + b"0" * 64 + b"\r\nabc\r\n",
    "negative size": lambda r: b"-3;chunk-signature=" + b"0" * 64 + b"\r\nabc\r\n",
    "no line end after the data": lambda r: r.chunk(b"abc")[:-2] + r.chunk(b""),
    "no final chunk": lambda r: r.chunk(b"abc"),
    "data after the final chunk": lambda r: r.chunk(b"abc") + r.chunk(b"") + b"more",
    "less than the decoded length": lambda r: r.chunk(b"ab") + r.chunk(b""),
    "more than the decoded length": lambda r: r.chunk(b"abcd") + r.chunk(b""),
    "endless size line": lambda r: b"0" * 200_000,
    "plain body": lambda r: b"abc",
}


@pytest.mark.parametrize("name", BROKEN_CHUNKS)
def test_wrong_chunk_framing(name, target):
    answer = chunked_put(target, 3, BROKEN_CHUNKS[name])
    assert status_of(answer) in (400, 403), answer[:500]


def test_missing_and_impossible_decoded_length(target):
    for value in (None, "-1", "three", "9" * 30):
        headers = {"content-encoding": "aws-chunked", "content-length": "0"}
        if value is not None:
            headers["x-amz-decoded-content-length"] = value
        request = Signed(target, "PUT", f"/{BUCKET}/chunked", headers, STREAMING)
        assert status_of(exchange(target, request.head())) in (400, 411), value


def test_body_that_does_not_match_its_hash(target):
    claimed = hashlib.sha256(b"claimed").hexdigest()
    request = Signed(target, "PUT", f"/{BUCKET}/hash", {"content-length": "7"}, claimed)
    answer = exchange(target, request.head() + b"another"[:7])
    assert (status_of(answer), code_of(answer)) == (400, "XAmzContentSHA256Mismatch")


def test_wrong_md5(target):
    headers = {"content-length": "1", "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg=="}
    request = Signed(target, "PUT", f"/{BUCKET}/md5", headers, hashlib.sha256(b"x").hexdigest())
    answer = exchange(target, request.head() + b"x")
    assert (status_of(answer), code_of(answer)) == (400, "BadDigest")


def test_header_that_is_not_signed(target):
    """A presigned or captured request must not become another one."""
    request = Signed(target, "PUT", f"/{BUCKET}/copy", {"content-length": "0"})
    request.headers["x-amz-copy-source"] = f"/{BUCKET}/other"
    assert status_of(exchange(target, request.head())) == 403


BAD_XML = {
    "empty": b"",
    "noise": bytes(range(256)),
    "not closed": b"<Delete><Object><Key>a</Key>",
    "wrong root": b"<Remove><Object><Key>a</Key></Object></Remove>",
    "entities that multiply": b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<Delete><Object><Key>&b;</Key></Object></Delete>",
    "external entity": b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<Delete><Object><Key>&x;</Key></Object></Delete>",
    "deep": b"<Delete>" * 20_000,
    "no objects": b"<Delete></Delete>",
    "1001 objects": b"<Delete>" + b"<Object><Key>a</Key></Object>" * 1001 + b"</Delete>",
}


@pytest.mark.parametrize("name", BAD_XML)
def test_bad_xml(name, target):
    import base64

    body = BAD_XML[name]
    headers = {
        "content-length": str(len(body)),
        "content-md5": base64.b64encode(hashlib.md5(body).digest()).decode(),
    }
    hashed = hashlib.sha256(body).hexdigest()
    request = Signed(target, "POST", f"/{BUCKET}?delete=", headers, hashed)
    answer = exchange(target, request.head() + body)
    assert status_of(answer) == 400, answer[:500]
    assert code_of(answer) in ("MalformedXML", "MissingRequestBodyError"), answer[:500]


def test_control_body_without_end(target):
    """A control document is read up to its limit only."""
    headers = {"content-length": str(1 << 40)}
    unsigned = Signed(target, "POST", f"/{BUCKET}?delete=", headers, "UNSIGNED-PAYLOAD")
    sent = 0
    with connect(target) as connection:
        try:
            connection.sendall(unsigned.head() + b"<Delete>")
            while sent < 256 * 1024 * 1024:
                sent += connection.send(b"<Object><Key>aaaaaaaa</Key></Object>" * 2000)
        except (ConnectionResetError, BrokenPipeError):
            pass
        assert_refused(read_answer(connection))
    assert sent < 64 * 1024 * 1024, "it read 64 MiB of a control document"


def test_nothing_is_read_before_authorisation(target):
    """A refused upload of a terabyte ends soon, with its error."""
    head = (
        f"PUT /{BUCKET}/huge HTTP/1.1\r\nhost: 127.0.0.1:{target.port}\r\n"
        f"content-length: {1 << 40}\r\n\r\n"
    )
    sent = 0
    with connect(target) as connection:
        try:
            connection.sendall(head.encode())
            while sent < 64 * 1024 * 1024:
                sent += connection.send(b"a" * 65536)
        except (ConnectionResetError, BrokenPipeError):
            pass
        assert_refused(read_answer(connection))
    assert sent < 32 * 1024 * 1024, "it kept reading what it had refused"


def test_no_continue_before_an_error(target):
    head = (
        f"PUT /{BUCKET}/k HTTP/1.1\r\nhost: 127.0.0.1:{target.port}\r\n"
        "content-length: 5\r\nexpect: 100-continue\r\n\r\n"
    )
    answer = exchange(target, head.encode())
    assert status_of(answer) == 403, answer[:300]


def test_continue_before_the_body(target):
    headers = {"content-length": "5", "expect": "100-continue"}
    hashed = hashlib.sha256(b"hello").hexdigest()
    request = Signed(target, "PUT", f"/{BUCKET}/k", headers, hashed)
    with connect(target) as connection:
        connection.sendall(request.head())
        assert connection.recv(1024).startswith(b"HTTP/1.1 100")
        connection.sendall(b"hello")
        assert status_of(read_answer(connection)) == 200
    boto_client(target).delete_object(Bucket=BUCKET, Key="k")


def test_body_cut_off_in_the_middle(target):
    for close in ("half", "whole"):
        hashed = hashlib.sha256(b"a" * 1000).hexdigest()
        request = Signed(target, "PUT", f"/{BUCKET}/cut", {"content-length": "1000"}, hashed)
        with connect(target) as connection:
            connection.sendall(request.head() + b"a" * 500)
            if close == "half":
                connection.shutdown(socket.SHUT_WR)
                assert_refused(read_answer(connection))


def test_half_closed_connection_gets_its_answer_or_a_close(target):
    with connect(target) as connection:
        connection.sendall(Signed(target, "GET", f"/{BUCKET}?list-type=2").head())
        connection.shutdown(socket.SHUT_WR)
        answer = read_all(connection)
    assert not answer or status_of(answer) == 200


def test_pipelined_requests_are_answered_in_order(target):
    one = Signed(target, "GET", f"/{BUCKET}?list-type=2").head()
    two = Signed(target, "GET", f"/{BUCKET}/missing", {"connection": "close"}).head()
    with connect(target) as connection:
        connection.sendall(one + two)
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 200") and b"NoSuchKey" in answer


SLOW = {
    "says nothing": (b"", b""),
    "dribbles its head": (b"GET / HTTP/1.1\r\nhost: x\r\n", b"x"),
    "stops in its body": (None, b""),
}


@pytest.mark.timeout(SLOW_SECONDS_MAX * 2)
def test_slow_clients_are_let_go(target):
    """All kinds at once, each on a thread of its own, to wait only once."""
    problems = []

    def play(name, opening, drop):
        if opening is None:
            hashed = hashlib.sha256(b"a" * 1000).hexdigest()
            put = Signed(target, "PUT", f"/{BUCKET}/slow", {"content-length": "1000"}, hashed)
            opening = put.head() + b"a"
        began = time.monotonic()
        with connect(target) as connection:
            connection.sendall(opening)
            connection.settimeout(1)
            while time.monotonic() < began + SLOW_SECONDS_MAX:
                try:
                    if drop:
                        connection.sendall(drop)
                    if not connection.recv(65536):
                        return
                except TimeoutError:
                    continue
                except OSError:
                    return
        problems.append(f"a client that {name} was still connected after {SLOW_SECONDS_MAX} s")

    threads = [threading.Thread(target=play, args=(name, *SLOW[name])) for name in SLOW]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems, problems


def test_many_bad_clients_leave_nothing_behind(target):
    """Memory and descriptors come back to their baseline; others are served meanwhile."""
    if not hasattr(target, "process"):
        pytest.fail("a server of our own is needed to look at its memory")
    s3 = boto_client(target)
    storm(target, 100)  # buffers and pools that any load fills
    time.sleep(1)
    rss, descriptors = target.rss_bytes(), target.descriptors()
    held = [connect(target) for _ in range(200)]
    for connection in held:
        connection.sendall(b"PUT /x/y HTTP/1.1\r\nhost: x\r\nx-part: ")
    storm(target, 400)
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0, "others are served meanwhile"
    for connection in held:
        connection.close()
    end = time.monotonic() + SETTLE_SECONDS_MAX
    while time.monotonic() < end:
        settled = target.descriptors() <= descriptors + 2
        if settled and target.rss_bytes() <= rss + RSS_SLACK_BYTES:
            return
        time.sleep(0.2)
    now = f"{target.rss_bytes() >> 20} MiB and {target.descriptors()} descriptors"
    raise AssertionError(f"{now} after {rss >> 20} MiB and {descriptors} before")


def storm(target, count):
    """Bad heads and signed uploads that break off, from a few threads at once."""

    def play(numbers):
        for number in numbers:
            name = list(HEADS)[number % len(HEADS)]
            exchange(target, HEADS[name])
            put = Signed(target, "PUT", f"/{BUCKET}/storm", {"content-length": "9000000"}, EMPTY)
            with connect(target) as connection:
                connection.sendall(put.head() + b"a" * 100_000)

    threads = [threading.Thread(target=play, args=(range(n, count, 8),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_paths_of_our_own_stay_out_of_buckets(target):
    """`/_/` is ours only where no bucket is in the host name."""
    request = urllib.request.Request(
        target.endpoint + "/_/health/live", headers={"host": f"some-bucket.localhost:{target.port}"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code in (403, 404)
