"""The AWS SDK for Go, version 2, and its transfer manager: tests in Go, one test each here."""

import pytest

import go_programs
import real_tree

PACKAGE = "awssdk"
program = go_programs.program_of_tests(PACKAGE)


@pytest.mark.timeout(660)
def test_build(program):
    """Its own test, so that the time of the build is no test's time."""
    assert program.is_file()


@pytest.mark.parametrize("name", go_programs.names_of_tests(PACKAGE))
def test_sdk(name, program, server, bucket, tree, directory):
    part = directory / "part"
    real_tree.copy_part(tree, part)
    go_programs.run_test(program, name, server, bucket, TREE=str(part))
