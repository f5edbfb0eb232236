"""The Docker registry with a bucket behind it: layers in chunks, manifests, garbage collection."""

import hashlib
import http.client
import json
import subprocess
import time
import urllib.parse

import pytest

import real_tree
from conftest import Tool
from larder_process import free_port

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
READY_SECONDS_MAX = 30
CHUNK_BYTES = 7 * 1024 * 1024 + 13


class Registry:
    """A registry process and the requests that a container engine makes of it."""

    def __init__(self, server, bucket, directory):
        self.tool = Tool(server, "docker-registry")
        self.port = free_port()
        self.log_path = directory / "registry.log"
        self.config = directory / "registry.json"
        storage = {
            "s3": {
                "accesskey": server.access_key,
                "secretkey": server.secret_key,
                "region": "us-east-1",
                "regionendpoint": server.endpoint,
                "bucket": bucket,
                "secure": False,
                "rootdirectory": "/registry",
                "chunksize": 5 * 1024 * 1024,
                "multipartcopychunksize": 6 * 1024 * 1024,
                "multipartcopythresholdsize": 6 * 1024 * 1024,
            },
            "delete": {"enabled": True},
            # What it answers must come from the bucket, by way of the registry.
            "redirect": {"disable": True},
        }
        http = {"addr": f"127.0.0.1:{self.port}", "secret": "for this test"}
        settings = {"version": "0.1", "storage": storage, "http": http, "log": {"level": "warn"}}
        # JSON is YAML, too.
        self.config.write_text(json.dumps(settings))
        self.process = None

    def start(self):
        with open(self.log_path, "ab") as log:
            command = [self.tool.program, "serve", self.config]
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env=self.tool.environment
            )
        end = time.monotonic() + READY_SECONDS_MAX
        while not self.is_ready():
            assert self.process.poll() is None, self.log_path.read_text()[-3000:]
            assert time.monotonic() < end, self.log_path.read_text()[-3000:]
            time.sleep(0.05)

    def is_ready(self):
        try:
            return self.ask("GET", "/v2/")[0] == 200
        except OSError:
            return False

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def collect_garbage(self):
        return self.tool("garbage-collect", "--delete-untagged", self.config)

    def ask(self, method, path, body=None, headers=()):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, {n.lower(): v for n, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def expect(self, status, method, path, body=None, headers=()):
        got, answered, read = self.ask(method, path, body, headers)
        log = self.log_path.read_text()[-3000:]
        assert got == status, f"{method} {path}: {got} {read[:500]}\n{log}"
        return answered, read

    def push_blob(self, name, body, chunk=None):
        """Pushes in chunks as an engine does, or at once. Returns the digest."""
        digest = "sha256:" + hashlib.sha256(body).hexdigest()
        answered, _ = self.expect(202, "POST", f"/v2/{name}/blobs/uploads/")
        where = self.below(answered["location"])
        for at in range(0, len(body) if chunk else 0, chunk or 1):
            piece = body[at : at + chunk]
            headers = {
                "Content-Type": "application/octet-stream",
                "Content-Range": f"{at}-{at + len(piece) - 1}",
            }
            answered, _ = self.expect(202, "PATCH", where, piece, headers)
            where = self.below(answered["location"])
        where += ("&" if "?" in where else "?") + urllib.parse.urlencode({"digest": digest})
        headers = {"Content-Type": "application/octet-stream"}
        self.expect(201, "PUT", where, b"" if chunk else body, headers)
        return digest

    def below(self, location):
        parts = urllib.parse.urlsplit(location)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def push_image(self, name, tag, layers, chunk=None):
        config = json.dumps({"tag": tag, "rootfs": {"type": "layers"}}).encode()
        described = [
            {
                "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                "size": len(layer),
                "digest": self.push_blob(name, layer, chunk),
            }
            for layer in layers
        ]
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {
                "mediaType": "application/vnd.docker.container.image.v1+json",
                "size": len(config),
                "digest": self.push_blob(name, config),
            },
            "layers": described,
        }
        body = json.dumps(manifest).encode()
        headers = {"Content-Type": MANIFEST}
        answered, _ = self.expect(201, "PUT", f"/v2/{name}/manifests/{tag}", body, headers)
        return answered["docker-content-digest"]

    def pull_image(self, name, tag):
        headers = {"Accept": MANIFEST}
        _, manifest = self.expect(200, "GET", f"/v2/{name}/manifests/{tag}", headers=headers)
        layers = []
        for layer in json.loads(manifest)["layers"]:
            _, body = self.expect(200, "GET", f"/v2/{name}/blobs/{layer['digest']}")
            assert "sha256:" + hashlib.sha256(body).hexdigest() == layer["digest"]
            layers.append(body)
        return layers


@pytest.fixture
def registry(server, bucket, directory):
    registry = Registry(server, bucket, directory)
    registry.start()
    yield registry
    registry.stop()


def test_image_in_chunks_there_and_back(registry, large_file):
    layers = [large_file.read_bytes(), b"small layer", real_tree.ODD_NAMES[2].encode()]
    registry.push_image("team/app", "v1", layers, CHUNK_BYTES)
    registry.stop()
    registry.start()
    assert registry.pull_image("team/app", "v1") == layers
    digest = "sha256:" + hashlib.sha256(layers[0]).hexdigest()
    headers = {"Range": "bytes=5242870-5342879"}
    _, part = registry.expect(206, "GET", f"/v2/team/app/blobs/{digest}", headers=headers)
    assert part == layers[0][5242870:5342880]


def test_catalogue_tags_and_mounts(registry):
    layers = [bytes([number]) * 100_000 for number in range(3)]
    for tag in ("v1", "v2", "latest"):
        registry.push_image("team/app", tag, layers)
    registry.push_image("other", "v1", layers[:1])
    _, tags = registry.expect(200, "GET", "/v2/team/app/tags/list")
    assert sorted(json.loads(tags)["tags"]) == ["latest", "v1", "v2"]
    _, names = registry.expect(200, "GET", "/v2/_catalog")
    assert json.loads(names)["repositories"] == ["other", "team/app"]
    digest = "sha256:" + hashlib.sha256(layers[2]).hexdigest()
    mount = urllib.parse.urlencode({"mount": digest, "from": "team/app"})
    registry.expect(201, "POST", f"/v2/other/blobs/uploads/?{mount}")
    _, body = registry.expect(200, "GET", f"/v2/other/blobs/{digest}")
    assert body == layers[2]


def test_garbage_is_collected(registry, s3, bucket):
    kept, gone = [b"kept" * 50_000], [b"gone" * 50_000]
    registry.push_image("app", "kept", kept)
    digest = registry.push_image("app", "gone", gone)
    registry.expect(202, "DELETE", f"/v2/app/manifests/{digest}")
    registry.stop()
    registry.collect_garbage()
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="registry/")
    keys = [entry["Key"] for page in pages for entry in page["Contents"]]
    assert any(hashlib.sha256(kept[0]).hexdigest() in key for key in keys)
    blobs = [key for key in keys if "/blobs/" in key]
    assert not any(hashlib.sha256(gone[0]).hexdigest() in key for key in blobs)
    registry.start()
    assert registry.pull_image("app", "kept") == kept
