"""The object_store crate: its own test program, built here and run one test at a time."""

import json
import os
import pathlib
import re
import subprocess

import pytest

import foreign_tests

CRATE = pathlib.Path(__file__).parent / "object-store"
SOURCE = CRATE / "tests/object_store.rs"
TESTS = re.findall(r"^async fn (\w+)\(\) \{", SOURCE.read_text(), re.MULTILINE)


@pytest.fixture(scope="session")
def program():
    """Builds the test program and returns its path."""
    target = pathlib.Path(os.environ.get("CLIENTS_WORK", "target/clients"), "object-store")
    command = ["cargo", "test", "--locked", "--no-run", "--message-format=json-render-diagnostics"]
    built = subprocess.run(
        [*command, "--manifest-path", CRATE / "Cargo.toml"],
        env={**os.environ, "CARGO_TARGET_DIR": str(target.absolute())},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert built.returncode == 0, built.stderr[-3000:]
    messages = [json.loads(line) for line in built.stdout.splitlines() if line.startswith("{")]
    programs = [message["executable"] for message in messages if message.get("executable")]
    assert len(programs) == 1, programs
    return programs[0]


@pytest.mark.timeout(960)
def test_build(program):
    """Its own test, so that the time of the build is no test's time."""
    assert len(TESTS) > 5, "the tests' names are read from their source"


@pytest.mark.parametrize("name", TESTS)
def test_crate(name, program, server, bucket):
    foreign_tests.run([program, "--exact", name], "1 passed; 0 failed", server, bucket)
