"""What every client suite shares: a server, a bucket, the client's environment, a real tree."""

import itertools
import os
import shutil
import subprocess
import sys

import boto3
import botocore.config
import pytest

import real_tree
from larder_process import Remote, Server, temporary_directory

REGION = "us-east-1"
# The soak's trees and objects are larger, and so is its patience.
PATIENCE = int(os.environ.get("CLIENTS_PATIENCE", "1"))
CLIENT_SECONDS_MAX = 240 * PATIENCE
TEST_SECONDS_MAX = 300
PANIC_MARKS = ("panicked at", "stack overflow", "RUST_BACKTRACE")

numbers = itertools.count(1)


def pytest_collection_modifyitems(items):
    """Each test's time limit, times the patience of this run."""
    for item in items:
        marker = item.get_closest_marker("timeout")
        seconds = marker.args[0] if marker else TEST_SECONDS_MAX
        item.add_marker(pytest.mark.timeout(seconds * PATIENCE), append=False)


@pytest.fixture(scope="session", autouse=True)
def no_settings_from_outside():
    """Clients must not pick up this machine's credentials, profiles or proxies."""
    dropped = ("AWS_", "RCLONE_", "RESTIC_", "S3_")
    for name in list(os.environ):
        if name.startswith(dropped) or name.lower() in ("http_proxy", "https_proxy", "all_proxy"):
            del os.environ[name]
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    os.environ["AWS_CONFIG_FILE"] = os.devnull
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


@pytest.fixture(scope="session")
def server(no_settings_from_outside):
    """One server for the whole suite. It must live through it, stop when asked, and never panic."""
    remote = os.environ.get("LARDER_TEST_ENDPOINT")
    if remote:
        yield Remote(remote)
        return
    own = Server()
    own.start()
    yield own
    assert own.is_running(), f"the server died during the suite:\n{own.log_tail()}"
    code = own.stop()
    panics = [line for line in own.log().splitlines() if any(mark in line for mark in PANIC_MARKS)]
    assert code == 0, f"the server ended with {code}:\n{own.log_tail()}"
    assert not panics, panics
    own.remove()


@pytest.fixture
def own_server(no_settings_from_outside):
    """A server that the test may kill and start as it likes."""
    own = Server()
    own.start()
    yield own
    panics = [line for line in own.log().splitlines() if any(mark in line for mark in PANIC_MARKS)]
    if own.is_running():
        own.stop()
    assert not panics, panics
    own.remove()


def boto_client(server, **settings):
    settings = {"retries": {"total_max_attempts": 1}, "max_pool_connections": 32, **settings}
    return boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        region_name=REGION,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        verify=getattr(server, "certificate", None),
        config=botocore.config.Config(s3={"addressing_style": "path"}, **settings),
    )


@pytest.fixture
def s3(server):
    """boto3 without retries, so that an error is seen and not papered over."""
    return boto_client(server)


@pytest.fixture
def bucket(s3):
    name = f"{os.environ.get('PYTEST_CURRENT_TEST', 'x').split('::')[-1].split(' ')[0]}"
    name = "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-")[:40]
    name = f"{name}-{os.getpid()}-{next(numbers)}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def directory():
    """An empty directory, removed only when the test was fine."""
    path = temporary_directory("files")
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def tree():
    """A tree of real files: CLIENTS_TREE_FILES of them."""
    path = temporary_directory("tree")
    real_tree.gather(path, int(os.environ.get("CLIENTS_TREE_FILES", "2000")))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def large_file():
    """A file of CLIENTS_LARGE_MIB mebibytes that no part, block or chunk size divides."""
    path = temporary_directory("large")
    size = int(os.environ.get("CLIENTS_LARGE_MIB", "64")) * 1024 * 1024 + 4097
    file = path / "large.bin"
    real_tree.write_noise(file, size)
    yield file
    shutil.rmtree(path, ignore_errors=True)


class Tool:
    """A command line client: found or the test fails, run with the server's keys."""

    def __init__(self, server, name):
        self.program = shutil.which(name)
        assert self.program, f"{name} is not installed; `cargo xtask test` says what is missing"
        self.environment = {
            **os.environ,
            "AWS_ACCESS_KEY_ID": server.access_key,
            "AWS_SECRET_ACCESS_KEY": server.secret_key,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": server.endpoint,
        }

    def fails(self, *args, **settings):
        """Runs the client and returns what it printed, which must be an error."""
        done = self._run(args, **settings)
        assert done.returncode != 0, f"this should have failed: {args}\n{done.stdout}"
        return done.stdout + done.stderr

    def __call__(self, *args, **settings):
        """Runs the client and returns its stdout."""
        done = self._run(args, **settings)
        printed = done.stdout[-3000:] + done.stderr[-3000:]
        assert done.returncode == 0, f"{self.program} {args}: {done.returncode}\n{printed}"
        return done.stdout

    def _run(self, args, **settings):
        command = [self.program, *(str(arg) for arg in args)]
        environment = {**self.environment, **settings.pop("environment", {})}
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=environment,
            timeout=CLIENT_SECONDS_MAX,
            check=False,
            **settings,
        )


@pytest.fixture
def tool(server):
    return lambda name: Tool(server, name)


@pytest.fixture(scope="session")
def python():
    """The Python that runs the suites, for clients that race in processes of their own."""
    return sys.executable
