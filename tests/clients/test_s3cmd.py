"""s3cmd: signs without a library of AWS's, lists in its own way, compares by MD5."""

import pytest

import real_tree


@pytest.fixture
def s3cmd(tool, server, directory):
    host = server.endpoint.removeprefix("http://")
    config = directory / "s3cfg"
    config.write_text(
        "[default]\n"
        f"access_key = {server.access_key}\n"
        f"secret_key = {server.secret_key}\n"
        f"host_base = {host}\nhost_bucket = {host}\n"
        "use_https = False\nbucket_location = us-east-1\n"
        "multipart_chunk_size_mb = 15\n"
    )
    program = tool("s3cmd")
    return lambda *args: program("--config", config, "--no-progress", *args)


def test_put_list_get_delete(s3cmd, bucket, directory):
    (directory / "a b+c.txt").write_text("hello")
    s3cmd("put", directory / "a b+c.txt", f"s3://{bucket}/dir/a b+c.txt")
    assert f"s3://{bucket}/dir/a b+c.txt" in s3cmd("ls", f"s3://{bucket}/dir/")
    assert f"s3://{bucket}" in s3cmd("ls")
    s3cmd("get", f"s3://{bucket}/dir/a b+c.txt", directory / "back")
    assert (directory / "back").read_text() == "hello"
    assert "5d41402abc4b2a76b9719d911017c592" in s3cmd("info", f"s3://{bucket}/dir/a b+c.txt")
    s3cmd("del", f"s3://{bucket}/dir/a b+c.txt")
    assert s3cmd("ls", f"s3://{bucket}/dir/") == ""


def test_make_and_remove_bucket(s3cmd):
    s3cmd("mb", "s3://made-by-s3cmd")
    s3cmd("rb", "s3://made-by-s3cmd")
    assert "made-by-s3cmd" not in s3cmd("ls")


@pytest.mark.timeout(600)
def test_sync_both_ways(s3cmd, bucket, tree, directory):
    """A part of the tree is enough: s3cmd sends one file after the other."""
    part = directory / "part"
    back = directory / "back"
    real_tree.copy_part(tree, part)
    back.mkdir()
    s3cmd("sync", f"{part}/", f"s3://{bucket}/part/")
    s3cmd("sync", f"s3://{bucket}/part/", f"{back}/")
    real_tree.assert_same(part, back)


def test_large_object_in_parts(s3cmd, bucket, large_file, directory, s3):
    s3cmd("put", large_file, f"s3://{bucket}/large")
    assert "-" in s3.head_object(Bucket=bucket, Key="large")["ETag"]
    s3cmd("get", f"s3://{bucket}/large", directory / "large.bin")
    assert real_tree.md5_of(directory / "large.bin") == real_tree.md5_of(large_file)
