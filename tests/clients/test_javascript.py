"""The AWS SDK for JavaScript: its own test file, run by node's test runner, one test each here."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).parent / "javascript.mjs"
TESTS = (
    "put, get, head, list and delete",
    "a large stream through lib-storage",
    "a stream of unknown length",
    "presigned requests",
    "a presigned post form",
    "conditional puts have one winner",
    "errors are typed",
    "an object in parts is read by part",
)


def test_every_test_of_the_file_is_named_here():
    """A test that is added there must be run here."""
    declared = re.findall(r'^test\("([^"]+)"', SOURCE.read_text(), re.MULTILINE)
    assert declared == list(TESTS)


@pytest.mark.parametrize("name", TESTS)
def test_sdk(name, server, bucket, directory):
    node = shutil.which("node")
    packages = pathlib.Path(os.environ.get("CLIENTS_WORK", "target/clients"), "node/node_modules")
    assert node, "node is not installed; `cargo xtask test` says what is missing"
    assert packages.is_dir(), "the npm packages are not installed"
    # Modules are looked up from the file's own directory upwards.
    shutil.copyfile(SOURCE, directory / SOURCE.name)
    (directory / "node_modules").symlink_to(packages.absolute())
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
        "AWS_REGION": "us-east-1",
        "ENDPOINT": server.endpoint,
        "BUCKET": bucket,
    }
    command = [node, "--test", f"--test-name-pattern=^{name}$", "--test-reporter=tap", SOURCE.name]
    done = subprocess.run(
        command,
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    printed = done.stdout[-4000:] + done.stderr[-2000:]
    assert done.returncode == 0, printed
    assert "\n# pass 1\n" in done.stdout, printed
