"""Delta Lake without a lock table: its log is safe only if conditional puts are."""

import subprocess
import sys

import deltalake
import pyarrow
import pytest

WRITERS = 4
COMMITS_EACH = 8

WRITER = """
import json, sys, deltalake, pyarrow
where, options, number, commits = json.loads(sys.argv[1])
for commit in range(commits):
    rows = pyarrow.table({"writer": [number] * 10, "commit": [commit] * 10})
    deltalake.write_deltalake(where, rows, mode="append", storage_options=options)
"""


@pytest.fixture
def options(server):
    return {
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
        "aws_conditional_put": "etag",
    }


def test_write_read_and_time_travel(bucket, options):
    where = f"s3://{bucket}/table"
    first = pyarrow.table({"n": list(range(1000))})
    deltalake.write_deltalake(where, first, storage_options=options)
    deltalake.write_deltalake(where, first, mode="append", storage_options=options)
    table = deltalake.DeltaTable(where, storage_options=options)
    assert table.version() == 1
    assert table.to_pyarrow_table().num_rows == 2000
    table.delete("n >= 500")
    assert table.to_pyarrow_table().num_rows == 1000
    old = deltalake.DeltaTable(where, version=0, storage_options=options)
    assert old.to_pyarrow_table().num_rows == 1000
    table.optimize.compact()
    table.create_checkpoint()
    assert deltalake.DeltaTable(where, storage_options=options).to_pyarrow_table().num_rows == 1000


@pytest.mark.timeout(300)
def test_racing_writers_lose_nothing(bucket, options):
    """Every writer is a process; every acknowledged append is in the table exactly once."""
    import json

    where = f"s3://{bucket}/race"
    column = pyarrow.array([], "int64")
    empty = pyarrow.table({"writer": column, "commit": column})
    deltalake.write_deltalake(where, empty, storage_options=options)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, json.dumps([where, options, number, COMMITS_EACH])],
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(WRITERS)
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=240)
        assert writer.returncode == 0, errors[-2000:]
    table = deltalake.DeltaTable(where, storage_options=options)
    assert table.version() == WRITERS * COMMITS_EACH
    rows = table.to_pyarrow_table().to_pylist()
    seen = sorted((row["writer"], row["commit"]) for row in rows)
    wanted = [(w, c) for w in range(WRITERS) for c in range(COMMITS_EACH) for _ in range(10)]
    assert seen == wanted
