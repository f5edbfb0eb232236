"""The configurations of docs/reverse-proxies.md, each in front of a real server.

By hand, since installing a proxy starts one on most systems:

    CLIENTS_SERVER=target/release/larder pytest tests/clients/reverse_proxies.py

runs those of nginx, haproxy, caddy and traefik that are on the PATH.
"""

import gzip
import hashlib
import http.client
import io
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import time
import urllib.parse

import boto3
import botocore.config
import botocore.exceptions
import pytest
from boto3.s3.transfer import TransferConfig

from larder_process import Server, free_port, temporary_directory

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "reverse-proxies.md"
PROXIES = ("nginx", "haproxy", "caddy", "traefik")
READY_SECONDS_MAX = 15
MEBIBYTE = 1024 * 1024
# A client's address that is not the proxy's.
CLIENT = "127.0.0.3"
KEYS = (
    "plain",
    "a//b///c",
    "trailing/",
    "/leading",
    "a b+c",
    "100% & more; yes, really: $5 = 5@home",
    "question?x=1&y=2#hash",
    "a%2Fb%25",
    "!-_.*'()~[]{}|^`\"<>\\",
    "käse/größe/日本語/🥨",
    "...",
    "a/.hidden/b",
    "tab\tline\nend",
    "nul\0byte",
    "k" * 1024,
)


def blocks(proxy):
    """The proxy's configuration files, as the page shows them."""
    section = re.search(rf"^## {proxy}\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.M | re.S | re.I)
    return re.findall(r"^```\w+\n(.*?)^```$", section.group(1), re.M | re.S)


class Proxy:
    """A proxy in front of a server, with a certificate of its own."""

    def __init__(self, name, server):
        self.name = name
        self.port = free_port()
        self.directory = temporary_directory(name)
        self.certificate = self.directory / "cert.pem"
        self.key = self.directory / "key.pem"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"]
        command += ["ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=x"]
        command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        command += ["-keyout", self.key, "-out", self.certificate]
        subprocess.run(command, check=True, capture_output=True)
        both = self.directory / "both.pem"
        both.write_text(self.certificate.read_text() + self.key.read_text())
        self.texts = []
        for text in blocks(name):
            for old, new in (
                ("/etc/ssl/s3.example.com.both.pem", str(both)),
                ("/etc/ssl/s3.example.com.pem", str(self.certificate)),
                ("/etc/ssl/s3.example.com.key", str(self.key)),
                ("/etc/traefik/s3.yml", str(self.directory / "s3.yml")),
                ("s3.example.com *.s3.example.com", "localhost"),
                ("s3.example.com:443", f"localhost:{self.port}"),
                ("listen 443", f"listen {self.port}"),
                (":443", f":{self.port}"),
                ("127.0.0.1:9000", f"127.0.0.1:{server.port}"),
            ):
                text = text.replace(old, new)
            self.texts.append(text)
        self.log = open(self.directory / "log", "wb")
        self.process = subprocess.Popen(
            self.command(), stdout=self.log, stderr=self.log, env=self.environment()
        )
        self.wait()

    def environment(self):
        return {**os.environ, "HOME": str(self.directory), "XDG_DATA_HOME": str(self.directory)}

    def command(self):
        config = self.directory / "config"
        at = str(self.directory)
        if self.name == "nginx":
            temporary = "".join(
                f"{kind}_temp_path {at}/{kind};\n"
                for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            )
            config.write_text(
                f"daemon off; pid {at}/pid; error_log {at}/error.log;\nevents {{}}\n"
                f"http {{ access_log off;\n{temporary}{self.texts[0]}}}\n"
            )
            return ["nginx", "-p", at, "-e", f"{at}/error.log", "-c", str(config)]
        if self.name == "haproxy":
            config.write_text(self.texts[0])
            return ["haproxy", "-db", "-f", str(config)]
        if self.name == "caddy":
            # No listener of its own besides the one of the page.
            config.write_text("{\nadmin off\nauto_https disable_redirects\n}\n" + self.texts[0])
            return ["caddy", "run", "--config", str(config), "--adapter", "caddyfile"]
        static, dynamic = self.texts
        (self.directory / "traefik.yml").write_text(static)
        (self.directory / "s3.yml").write_text(dynamic)
        return ["traefik", f"--configFile={at}/traefik.yml"]

    def wait(self):
        began = time.monotonic()
        while time.monotonic() < began + READY_SECONDS_MAX:
            assert self.process.poll() is None, self.said()
            try:
                if self.ask("GET", "/_/health/ready")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"not ready: {self.said()}")

    def said(self):
        return (self.directory / "log").read_text(errors="replace")[-3000:]

    def connect(self):
        context = ssl.create_default_context(cafile=str(self.certificate))
        return http.client.HTTPSConnection(
            "localhost", self.port, timeout=60, context=context, source_address=(CLIENT, 0)
        )

    def ask(self, method, target, body=None, headers=()):
        connection = self.connect()
        connection.request(method, target, body, dict(headers))
        answer = connection.getresponse()
        result = answer.status, answer.read()
        connection.close()
        return result

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)


@pytest.fixture(scope="module")
def larder():
    own = Server(["--trusted-proxy", "127.0.0.1", "--log-format", "text"])
    own.start()
    yield own
    assert own.stop() == 0
    own.remove()


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request, larder):
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not on the PATH")
    own = Proxy(request.param, larder)
    yield own
    own.stop()


@pytest.fixture
def s3(proxy, larder):
    return boto3.client(
        "s3",
        endpoint_url=f"https://localhost:{proxy.port}",
        region_name="us-east-1",
        aws_access_key_id=larder.access_key,
        aws_secret_access_key=larder.secret_key,
        verify=str(proxy.certificate),
        config=botocore.config.Config(
            s3={"addressing_style": "path"},
            signature_version="s3v4",
            retries={"total_max_attempts": 1},
        ),
    )


@pytest.fixture
def bucket(s3, proxy):
    name = f"behind-{proxy.name}"
    try:
        s3.create_bucket(Bucket=name)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        pass
    return name


def relative(url):
    parts = urllib.parse.urlsplit(url)
    return f"{parts.path}?{parts.query}"


def metric(larder, name):
    connection = http.client.HTTPConnection("127.0.0.1", larder.admin_port, timeout=10)
    connection.request("GET", "/_/metrics")
    page = connection.getresponse().read().decode()
    return float(re.search(rf"^{name} (\S+)$", page, re.M).group(1))


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
def test_keys(s3, bucket, proxy, key):
    body = key.encode() * 3
    if proxy.name == "nginx" and "\0" in key:
        with pytest.raises(botocore.exceptions.ClientError, match="400"):
            s3.put_object(Bucket=bucket, Key=key, Body=body)
        return
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == body
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=key)["Contents"]
    assert key in [row["Key"] for row in listed]
    s3.delete_object(Bucket=bucket, Key=key)
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key=key)


def test_metadata(s3, bucket):
    metadata = {"under_score": "1", "do.t": "2", "dash-ed": "three  spaces", "plain": "x"}
    s3.put_object(Bucket=bucket, Key="meta", Body=b"", Metadata=metadata, ContentType="a/b")
    head = s3.head_object(Bucket=bucket, Key="meta")
    # Proxies in Go write names of headers in capitals of their own, which HTTP/1.1 allows.
    found = {name.lower(): value for name, value in head["Metadata"].items()}
    assert (found, head["ContentType"]) == (metadata, "a/b")


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_aws_chunked(s3, bucket, algorithm):
    """Over TLS boto3 sends chunks with the checksum in a trailer."""
    body = os.urandom(3 * MEBIBYTE + 17)
    seen = []
    s3.meta.events.register(
        "before-send.s3.PutObject",
        lambda request, **_: seen.append(request.headers["x-amz-content-sha256"]),
    )
    s3.put_object(Bucket=bucket, Key="chunks", Body=body, ChecksumAlgorithm=algorithm)
    assert seen == [b"STREAMING-UNSIGNED-PAYLOAD-TRAILER"]
    got = s3.get_object(Bucket=bucket, Key="chunks", ChecksumMode="ENABLED")
    assert got["Body"].read() == body and got[f"Checksum{algorithm}"]


def test_large(s3, bucket):
    body = os.urandom(64 * MEBIBYTE + 4097)
    s3.put_object(Bucket=bucket, Key="large", Body=io.BytesIO(body))
    parts = TransferConfig(multipart_threshold=8 * MEBIBYTE, multipart_chunksize=16 * MEBIBYTE)
    s3.upload_fileobj(io.BytesIO(body), bucket, "parts", Config=parts)
    digest = hashlib.sha256(body).digest()
    for key in ("large", "parts"):
        got = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        assert hashlib.sha256(got).digest() == digest
    part = s3.get_object(Bucket=bucket, Key="large", Range="bytes=1000000-1000999")
    assert part["Body"].read() == body[1000000:1001000]


def test_presigned(s3, bucket, proxy):
    key = "presigned/ü b+c%?"
    put = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": key})
    body = os.urandom(2 * MEBIBYTE)
    assert proxy.ask("PUT", relative(put), body)[0] == 200
    get = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})
    assert proxy.ask("GET", relative(get)) == (200, body)
    # The same key, spelt otherwise.
    assert proxy.ask("GET", relative(get).replace("presigned/", "presigned%2F")) == (200, body)
    assert proxy.ask("GET", relative(get).replace("Signature=", "Signature=0"))[0] == 403


def test_an_encoded_object_is_not_unpacked(s3, bucket, proxy):
    body = gzip.compress(b"text" * 1000)
    s3.put_object(Bucket=bucket, Key="text.gz", Body=body, ContentEncoding="gzip")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "text.gz"})
    connection = proxy.connect()
    connection.putrequest("GET", relative(url), skip_accept_encoding=True)
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("content-encoding")) == (200, "gzip")
    assert answer.read() == body


def test_an_upload_arrives_while_it_is_sent(s3, bucket, proxy, larder):
    """Nothing is kept until it is whole, neither in memory nor on the proxy's disk."""
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "slow"})
    half = os.urandom(8 * MEBIBYTE)
    before = metric(larder, "larder_received_bytes_total")
    connection = proxy.connect()
    connection.putrequest("PUT", relative(url))
    connection.putheader("content-length", str(2 * len(half)))
    connection.endheaders(half)
    until = time.monotonic() + 10
    while metric(larder, "larder_received_bytes_total") < before + 0.9 * len(half):
        assert time.monotonic() < until, "the proxy keeps it"
        time.sleep(0.05)
    connection.send(half)
    assert connection.getresponse().status == 200
    assert s3.get_object(Bucket=bucket, Key="slow")["Body"].read() == 2 * half


def test_the_client_is_known_and_cannot_lie(s3, bucket, proxy, larder):
    key = f"asked-through-{proxy.name}"
    s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})
    lies = {"X-Forwarded-For": "6.6.6.6, 7.7.7.7", "Forwarded": "for=6.6.6.6"}
    assert proxy.ask("GET", relative(url), headers=lies.items()) == (200, b"x")
    time.sleep(0.2)
    lines = [line for line in larder.log().splitlines() if key in line and "GetObject" in line]
    assert [line.split(" remote=")[1] for line in lines] == [CLIENT]
