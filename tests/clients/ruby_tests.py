"""Tests in Ruby: each of a file's tests is run by its name, in a process of its own."""

import os
import pathlib
import re
import shutil
import subprocess

DIRECTORY = pathlib.Path(__file__).parent / "ruby"
TEST_SECONDS_MAX = 240


def names(file):
    """The tests that a file declares."""
    source = (DIRECTORY / f"{file}.rb").read_text()
    declared = re.findall(r'^test "([^"]+)" do', source, re.MULTILINE)
    assert len(declared) > 5, "the tests' names are read from their source"
    return declared


def run(file, name, server, bucket, large_file):
    ruby = shutil.which("ruby")
    assert ruby, "ruby is not installed; `cargo xtask test` says what is missing"
    done = subprocess.run(
        [ruby, DIRECTORY / "run.rb", file, name],
        env={
            **os.environ,
            "AWS_ACCESS_KEY_ID": server.access_key,
            "AWS_SECRET_ACCESS_KEY": server.secret_key,
            "ENDPOINT": server.endpoint,
            "BUCKET": bucket,
            "LARGE_FILE": str(large_file),
            "LC_ALL": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        timeout=TEST_SECONDS_MAX,
        check=False,
    )
    printed = done.stdout[-1000:] + done.stderr[:3000]
    assert done.returncode == 0, printed
    assert f"passed {name}\n" in done.stdout, printed
