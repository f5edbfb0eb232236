"""restic: back up a real tree, check every byte of the repository, restore, forget, prune."""

import json

import pytest

import real_tree


@pytest.fixture
def restic(tool, server, bucket, directory):
    program = tool("restic")
    program.environment |= {
        "RESTIC_REPOSITORY": f"s3:{server.endpoint}/{bucket}/repository",
        "RESTIC_PASSWORD": "a password for tests",
        "RESTIC_CACHE_DIR": str(directory / "cache"),
    }
    return program


@pytest.mark.timeout(600)
def test_backup_check_restore_prune(restic, tree, directory):
    restic("init")
    restic("backup", ".", cwd=tree)
    (directory / "second").mkdir()
    (directory / "second" / "note.txt").write_text("a second snapshot")
    restic("backup", ".", cwd=directory / "second")
    snapshots = json.loads(restic("snapshots", "--json"))
    assert len(snapshots) == 2
    assert "no errors were found" in restic("check", "--read-data")
    back = directory / "back"
    restic("restore", snapshots[0]["id"], "--target", back)
    real_tree.assert_same(tree, back)
    restic("forget", "--prune", snapshots[0]["id"])
    assert "no errors were found" in restic("check", "--read-data")
    assert len(json.loads(restic("snapshots", "--json"))) == 1
