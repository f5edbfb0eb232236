"""fog-aws, which GitLab and CarrierWave build on: tests in Ruby, one test each here."""

import pytest

import ruby_tests

FILE = "fog_aws"


@pytest.mark.parametrize("name", ruby_tests.names(FILE))
def test_fog(name, server, bucket, large_file):
    ruby_tests.run(FILE, name, server, bucket, large_file)
