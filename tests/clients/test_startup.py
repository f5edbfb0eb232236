"""Starting and stopping: what a newcomer meets before the first request."""

import os
import subprocess

import pytest

from conftest import boto_client
from larder_process import Server, free_port, temporary_directory

READY_SECONDS_MAX = 0.1
FIRST_READY_SECONDS_MAX = 0.25
IDLE_BYTES_MAX = 30 * 1024 * 1024
ATTEMPTS = 5


def run_server(*args, environment=None, timeout=10):
    program = os.environ.get("CLIENTS_SERVER", "target/release/larder")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LARDER_")}
    return subprocess.run(
        [program, *args],
        env={**kept, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def best_start(prepare):
    """The quickest of a few starts: the machine has other things to do as well."""
    seconds = []
    for _ in range(ATTEMPTS):
        server = prepare()
        seconds.append(server.start())
        server.stop()
        server.remove()
    return min(seconds)


def test_first_start_is_quick():
    assert best_start(Server) < FIRST_READY_SECONDS_MAX


def test_ephemeral_start_is_quick():
    assert best_start(lambda: Server(["--ephemeral"])) < READY_SECONDS_MAX


def test_start_on_existing_data_is_quick():
    def with_data():
        server = Server()
        server.start()
        s3 = boto_client(server)
        s3.create_bucket(Bucket="kept")
        for number in range(50):
            s3.put_object(Bucket="kept", Key=str(number), Body=b"x" * 5000)
        server.stop()
        return server

    assert best_start(with_data) < READY_SECONDS_MAX


def test_idle_server_is_small(own_server):
    assert own_server.rss_bytes() < IDLE_BYTES_MAX


def test_data_outlives_a_restart(own_server):
    s3 = boto_client(own_server)
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="k", Body=b"kept")
    assert own_server.stop() == 0
    own_server.start()
    assert s3.get_object(Bucket="kept", Key="k")["Body"].read() == b"kept"


def test_second_server_on_the_same_data_is_refused(own_server):
    where = ["--data", str(own_server.directory / "data")]
    second = run_server("serve", *where, "--listen", f"127.0.0.1:{free_port()}")
    assert second.returncode != 0
    assert str(own_server.directory / "data") in second.stderr, "it says which directory is in use"
    assert own_server.is_ready()


@pytest.mark.parametrize(
    ("args", "environment", "named"),
    [
        (["--dats", "x"], {}, "--data"),
        ([], {"LARDER_DOMIAN": "x"}, "LARDER_DOMAIN"),
    ],
)
def test_unknown_settings_name_the_nearest(args, environment, named):
    refused = run_server("serve", *args, environment=environment)
    assert refused.returncode != 0
    assert named in refused.stderr


def test_generated_keys_are_kept_private():
    """Without root keys in the environment they are made once and kept in a 0600 file."""
    directory = temporary_directory("keys")

    class Keyless(Server):
        def environment(self):
            kept = super().environment()
            del kept["LARDER_ROOT_ACCESS_KEY"], kept["LARDER_ROOT_SECRET_KEY"]
            return kept

    server = Keyless()
    server.directory = directory
    server.start()
    server.stop()
    private = [
        path
        for path in (directory / "data").rglob("*")
        if path.is_file() and path.stat().st_mode & 0o777 == 0o600 and path.stat().st_size < 4096
    ]
    before = {path: path.read_bytes() for path in private}
    assert any(before.values()), "a small 0600 file holds the keys"
    server.start()
    server.stop()
    assert {path: path.read_bytes() for path in before} == before, "the keys are made only once"
    server.remove()


def test_buckets_at_start():
    class WithBuckets(Server):
        def environment(self):
            return {**super().environment(), "LARDER_BUCKETS": "first,second"}

    server = WithBuckets()
    for _ in range(2):
        server.start()
        names = [row["Name"] for row in boto_client(server).list_buckets()["Buckets"]]
        assert names == ["first", "second"]
        server.stop()
    server.remove()


def test_metrics_and_health(own_server):
    import urllib.error
    import urllib.request

    def get(url):
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.read().decode()

    boto_client(own_server).create_bucket(Bucket="counted")
    get(own_server.endpoint + "/_/health/live")
    assert "CreateBucket" in get(own_server.admin_endpoint + "/_/metrics")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(own_server.endpoint + "/_/metrics")
