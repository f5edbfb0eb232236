"""The AWS SDK for Java, version 2, with its transfer manager: a program in Java, one test each."""

import pathlib
import re
import shutil
import subprocess

import pytest

import foreign_tests
import real_tree
from larder_process import work_directory

PROJECT = pathlib.Path(__file__).parent / "java"
SOURCE = PROJECT / "src/main/java/larder/Client.java"
TESTS = re.findall(r'^ +case "(\w+)" ->', SOURCE.read_text(), re.MULTILINE)
BUILD_SECONDS_MAX = 600


@pytest.fixture(scope="session")
def classes():
    """Compiles with what the project pins and returns the class path."""
    maven = shutil.which("mvn")
    assert maven, "mvn is not installed; `cargo xtask test` says what is missing"
    made = work_directory() / "java"
    settings = [f"-Dmaven.repo.local={made / 'repository'}", f"-Dmade={made / 'made'}"]
    command = [maven, "--quiet", "--batch-mode", "--file", PROJECT / "pom.xml", *settings]
    done = subprocess.run(
        [*command, "compile"],
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    return f"{made}/made/classes:{made}/made/lib/*"


@pytest.mark.timeout(660)
def test_build(classes):
    """Its own test, so that the time of the build is no test's time."""
    assert len(TESTS) > 5, "the tests' names are read from their source"


@pytest.mark.parametrize("name", TESTS)
def test_sdk(name, classes, server, bucket, large_file, tree, directory):
    part, back = directory / "part", directory / "back"
    real_tree.copy_part(tree, part)
    back.mkdir()
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", classes, "larder.Client", name, back]
    files = {"LARGE_FILE": str(large_file), "TREE": str(part)}
    foreign_tests.run(command, f"passed {name}\n", server, bucket, **files)
