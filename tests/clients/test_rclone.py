"""rclone: a real tree up, listed, checked, down; moves and server-side copies."""

import pytest

import real_tree


@pytest.fixture
def rclone(tool, server, directory):
    program = tool("rclone")
    program.environment |= {
        "RCLONE_CONFIG": str(directory / "rclone.conf"),
        "RCLONE_CONFIG_LARDER_TYPE": "s3",
        "RCLONE_CONFIG_LARDER_PROVIDER": "Other",
        "RCLONE_CONFIG_LARDER_ENV_AUTH": "true",
        "RCLONE_CONFIG_LARDER_ENDPOINT": server.endpoint,
        "RCLONE_RETRIES": "1",
        "RCLONE_LOW_LEVEL_RETRIES": "1",
    }
    (directory / "rclone.conf").touch()
    return program


@pytest.mark.timeout(600)
def test_sync_of_a_real_tree(rclone, bucket, tree, directory):
    remote = f"larder:{bucket}/tree"
    rclone("sync", tree, remote, "--transfers", "8")
    assert len(rclone("lsf", "-R", "--files-only", remote).splitlines()) == len(
        real_tree.digests(tree)
    )
    rclone("check", tree, remote, "--checkers", "8")
    back = directory / "back"
    rclone("sync", remote, back, "--transfers", "8")
    real_tree.assert_same(tree, back)


def test_large_object_in_parts(rclone, bucket, large_file, directory):
    remote = f"larder:{bucket}/parts"
    rclone("copy", large_file.parent, remote, "--s3-upload-cutoff", "8M", "--s3-chunk-size", "8M")
    back = directory / "back"
    rclone("copy", remote, back, "--multi-thread-streams", "4", "--multi-thread-cutoff", "8M")
    real_tree.assert_same(large_file.parent, back)


def test_server_side_move(rclone, bucket, directory):
    source = directory / "source"
    source.mkdir()
    (source / "ä b.txt").write_text("moved")
    rclone("copy", source, f"larder:{bucket}/one")
    rclone("move", f"larder:{bucket}/one", f"larder:{bucket}/two")
    listed = rclone("lsf", "-R", f"larder:{bucket}").splitlines()
    assert sorted(listed) == ["two/", "two/ä b.txt"]
    assert rclone("cat", f"larder:{bucket}/two/ä b.txt") == "moved"


def test_modification_times_are_kept(rclone, bucket, directory):
    source = directory / "source"
    source.mkdir()
    (source / "old.txt").write_text("old")
    rclone("touch", "-t", "2001-02-03T04:05:06", source / "old.txt")
    rclone("copy", source, f"larder:{bucket}/times")
    assert "2001-02-03 04:05:06" in rclone("lsl", f"larder:{bucket}/times")
    rclone("purge", f"larder:{bucket}/times")
    assert rclone("lsf", f"larder:{bucket}") == ""
