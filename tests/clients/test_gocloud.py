"""The Go CDK's portable buckets (gocloud.dev/blob): tests in Go, one test each here."""

import pytest

import go_programs

PACKAGE = "gocloud"
program = go_programs.program_of_tests(PACKAGE)


@pytest.mark.timeout(660)
def test_build(program):
    """Its own test, so that the time of the build is no test's time."""
    assert program.is_file()


@pytest.mark.parametrize("name", go_programs.names_of_tests(PACKAGE))
def test_blob(name, program, server, bucket):
    go_programs.run_test(program, name, server, bucket)
