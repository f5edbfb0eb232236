"""The aws command line client: a first session, a real tree, a large object."""

import json

import pytest

import real_tree


@pytest.fixture
def aws(tool):
    return tool("aws")


def test_first_session(aws, directory, s3):
    """What a newcomer types first."""
    (directory / "hello.txt").write_text("hello")
    aws("s3", "mb", "s3://first-session")
    aws("s3", "cp", directory / "hello.txt", "s3://first-session/hello.txt")
    assert "hello.txt" in aws("s3", "ls", "s3://first-session")
    assert aws("s3", "cp", "s3://first-session/hello.txt", "-") == "hello"
    aws("s3", "mv", "s3://first-session/hello.txt", "s3://first-session/moved.txt")
    assert "BucketNotEmpty" in aws.fails("s3", "rb", "s3://first-session")
    aws("s3", "rb", "--force", "s3://first-session")
    assert "NoSuchBucket" in aws.fails("s3", "ls", "s3://first-session")


def test_presigned_url(aws, bucket, s3):
    import urllib.request

    s3.put_object(Bucket=bucket, Key="a b", Body=b"signed")
    # For us-east-1 this version of the CLI presigns with signature version 2.
    for region, mark in [("us-east-1", "AWSAccessKeyId="), ("eu-central-1", "AWS4-HMAC-SHA256")]:
        url = aws("s3", "presign", "--region", region, f"s3://{bucket}/a b").strip()
        assert mark in url
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert answer.read() == b"signed"


@pytest.mark.timeout(600)
def test_sync_of_a_real_tree(aws, bucket, tree, directory):
    aws("s3", "sync", "--only-show-errors", tree, f"s3://{bucket}/tree")
    listed = aws("s3", "ls", "--recursive", f"s3://{bucket}/tree/").splitlines()
    assert len(listed) == len(real_tree.digests(tree))
    aws("s3", "sync", "--only-show-errors", f"s3://{bucket}/tree", directory)
    real_tree.assert_same(tree, directory)
    assert aws("s3", "sync", tree, f"s3://{bucket}/tree") == "", "nothing is left to do"


def test_large_object_in_parts(aws, bucket, large_file, directory, s3):
    aws("s3", "cp", "--only-show-errors", large_file, f"s3://{bucket}/large")
    assert "-" in s3.head_object(Bucket=bucket, Key="large")["ETag"], "it went up in parts"
    aws("s3", "cp", "--only-show-errors", f"s3://{bucket}/large", directory / "large.bin")
    real_tree.assert_same(large_file.parent, directory)


def test_copy_of_a_large_object_in_parts(aws, bucket, large_file, directory):
    aws("s3", "cp", "--only-show-errors", large_file, f"s3://{bucket}/large")
    aws("s3", "cp", "--only-show-errors", f"s3://{bucket}/large", f"s3://{bucket}/copy")
    aws("s3", "cp", "--only-show-errors", f"s3://{bucket}/copy", directory / "large.bin")
    real_tree.assert_same(large_file.parent, directory)


def test_ranged_get(aws, bucket, large_file, directory, s3):
    s3.upload_file(str(large_file), bucket, "large")
    part = directory / "part"
    at = 8 * 1024 * 1024 - 3
    wanted = f"bytes={at}-{at + 99_999}"
    args = ["--bucket", bucket, "--key", "large", "--range", wanted]
    answer = json.loads(aws("s3api", "get-object", *args, part))
    assert answer["ContentLength"] == 100_000
    with open(large_file, "rb") as file:
        file.seek(at)
        assert part.read_bytes() == file.read(100_000)


def test_conditional_put(aws, bucket, directory):
    (directory / "body").write_text("one")
    put = ["s3api", "put-object", "--bucket", bucket, "--key", "once", "--body", directory / "body"]
    aws(*put, "--if-none-match", "*")
    assert "PreconditionFailed" in aws.fails(*put, "--if-none-match", "*")


def test_delete_of_many(aws, bucket, s3):
    for number in range(20):
        s3.put_object(Bucket=bucket, Key=f"many/{number}", Body=b"x")
    s3.put_object(Bucket=bucket, Key="kept", Body=b"x")
    aws("s3", "rm", "--recursive", f"s3://{bucket}/many/")
    assert [row["Key"] for row in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["kept"]
