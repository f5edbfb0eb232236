"""The AWS SDK for Ruby: tests in Ruby, one test each here."""

import pytest

import ruby_tests

FILE = "aws_sdk"


@pytest.mark.parametrize("name", ruby_tests.names(FILE))
def test_sdk(name, server, bucket, large_file):
    ruby_tests.run(FILE, name, server, bucket, large_file)
