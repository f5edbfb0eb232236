"""fog-aws, which GitLab and CarrierWave build on: tests in Ruby, one test each here."""

import pytest

import ruby_tests

FILE = "fog_aws"
OBJECT_WRITER = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}


@pytest.fixture
def bucket(bucket, s3):
    """fog writes a bucket's access control list, which AWS refuses where ownership is enforced."""
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=OBJECT_WRITER)
    return bucket


@pytest.mark.parametrize("name", ruby_tests.names(FILE))
def test_fog(name, server, bucket, large_file):
    ruby_tests.run(FILE, name, server, bucket, large_file)
