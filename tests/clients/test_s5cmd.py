"""s5cmd: hundreds of requests at once from one process."""

import pytest

import real_tree


@pytest.fixture
def s5cmd(tool, server):
    program = tool("s5cmd")
    program.environment["S3_ENDPOINT_URL"] = server.endpoint
    return program


@pytest.mark.timeout(600)
def test_sync_of_a_real_tree(s5cmd, bucket, tree, directory):
    s5cmd("--log", "error", "sync", f"{tree}/", f"s3://{bucket}/tree/")
    assert len(s5cmd("ls", f"s3://{bucket}/tree/*").splitlines()) == len(real_tree.digests(tree))
    s5cmd("--log", "error", "cp", f"s3://{bucket}/tree/*", f"{directory}/")
    real_tree.assert_same(tree, directory)
    s5cmd("--log", "error", "rm", f"s3://{bucket}/tree/*")
    assert "no object found" in s5cmd.fails("ls", f"s3://{bucket}/tree/*")


def test_large_object_in_parts(s5cmd, bucket, large_file, directory):
    s5cmd("cp", "--part-size", "7", large_file, f"s3://{bucket}/large")
    s5cmd("cp", "--part-size", "6", f"s3://{bucket}/large", directory / "large.bin")
    real_tree.assert_same(large_file.parent, directory)


def test_cat_copy_and_du(s5cmd, bucket, directory):
    (directory / "file").write_text("forty two")
    s5cmd("cp", directory / "file", f"s3://{bucket}/a")
    s5cmd("cp", f"s3://{bucket}/a", f"s3://{bucket}/b")
    assert s5cmd("cat", f"s3://{bucket}/b") == "forty two"
    assert s5cmd("du", f"s3://{bucket}/*").startswith("18 bytes in 2 objects")
