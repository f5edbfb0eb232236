"""Tests in Ruby: each of a file's tests is run by its name, in a process of its own."""

import pathlib
import re
import shutil

import foreign_tests

DIRECTORY = pathlib.Path(__file__).parent / "ruby"


def names(file):
    """The tests that a file declares."""
    source = (DIRECTORY / f"{file}.rb").read_text()
    declared = re.findall(r'^test "([^"]+)" do', source, re.MULTILINE)
    assert len(declared) > 5, "the tests' names are read from their source"
    return declared


def run(file, name, server, bucket, large_file):
    ruby = shutil.which("ruby")
    assert ruby, "ruby is not installed; `cargo xtask test` says what is missing"
    command = [ruby, DIRECTORY / "run.rb", file, name]
    foreign_tests.run(command, f"passed {name}\n", server, bucket, LARGE_FILE=str(large_file))
