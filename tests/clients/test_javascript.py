"""The AWS SDK for JavaScript: its own test file, run by node's test runner, one test each here."""

import os
import pathlib
import re
import shutil

import pytest

import foreign_tests

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
    command = [node, "--test", f"--test-name-pattern=^{name}$", "--test-reporter=tap", SOURCE.name]
    foreign_tests.run(command, "\n# pass 1\n", server, bucket, cwd=directory)
