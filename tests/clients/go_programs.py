"""Programs in Go: built from the pinned module in `go/`, with caches below the work directory."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

import foreign_tests
from larder_process import work_directory

MODULE = pathlib.Path(__file__).parent / "go"
# From nothing, with two cores that others use as well.
BUILD_SECONDS_MAX = 600
# The tests hold a large object in memory, several times.
LARGE_MIB_MAX = 512


def build(name, package, *how):
    """Builds `package` of the module, or its tests, and returns the program's path."""
    go = shutil.which("go")
    assert go, "go is not installed; `cargo xtask test` says what is missing"
    caches = work_directory() / "go"
    program = caches / "programs" / name
    environment = {
        **os.environ,
        "GOCACHE": str(caches / "build"),
        "GOMODCACHE": str(caches / "mod"),
        # Modules that anyone may remove; no toolchain from elsewhere; no C compiler needed.
        "GOFLAGS": "-modcacherw -mod=readonly -trimpath -buildvcs=false",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
    }
    verb = ["test", "-c"] if "test" in how else ["build", "-ldflags=-s -w"]
    done = subprocess.run(
        [go, *verb, "-p", "2", "-o", program, package],
        cwd=MODULE,
        env=environment,
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return program


def program_of(name, package, *how):
    """The fixture `program`: built once for a suite."""

    @pytest.fixture(scope="session", name="program")
    def built():
        return build(name, package, *how)

    return built


def program_of_tests(package):
    """The fixture `program` of a package of tests."""
    return program_of(f"{package}.test", f"./{package}", "test")


def names_of_tests(package):
    """The tests that a package's source declares."""
    source = (MODULE / package / f"{package}_test.go").read_text()
    names = re.findall(r"^func (Test\w+)\(t \*testing\.T\) \{", source, re.MULTILINE)
    assert len(names) > 3, "the tests' names are read from their source"
    return names


def run_test(program, name, server, bucket, **environment):
    """Runs one test of a program that `build` made of tests. It must have run, and passed."""
    command = [program, f"-test.run=^{name}$", "-test.v", "-test.timeout=0"]
    mebibytes = min(int(os.environ.get("CLIENTS_LARGE_MIB", "64")), LARGE_MIB_MAX)
    environment["CLIENTS_LARGE_MIB"] = str(mebibytes)
    foreign_tests.run(command, f"--- PASS: {name} ", server, bucket, **environment)
