"""PyIceberg: a table of the Iceberg format whose files and metadata lie in a bucket."""

import pyarrow
import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import EqualTo, GreaterThanOrEqual
from pyiceberg.transforms import IdentityTransform

ROWS = 50_000
FILE_IO = {
    "pyarrow": "pyiceberg.io.pyarrow.PyArrowFileIO",
    "fsspec": "pyiceberg.io.fsspec.FsspecFileIO",
}


@pytest.fixture(params=sorted(FILE_IO))
def catalog(request, server, bucket, directory):
    settings = {
        "uri": f"sqlite:///{directory}/catalog.db",
        "warehouse": f"s3://{bucket}/warehouse",
        "py-io-impl": FILE_IO[request.param],
        "s3.endpoint": server.endpoint,
        "s3.access-key-id": server.access_key,
        "s3.secret-access-key": server.secret_key,
        "s3.region": "us-east-1",
    }
    catalog = SqlCatalog("larder", **settings)
    catalog.create_namespace("ns")
    yield catalog
    catalog.engine.dispose()


def rows(start, count):
    numbers = list(range(start, start + count))
    groups = [f"group {number % 3}" for number in numbers]
    return pyarrow.table({"n": numbers, "group": groups})


def numbers_of(scan):
    return sorted(scan.to_arrow()["n"].to_pylist())


def test_append_delete_and_time_travel(catalog):
    table = catalog.create_table("ns.numbers", schema=rows(0, 1).schema)
    table.append(rows(0, ROWS))
    first = table.current_snapshot().snapshot_id
    table.append(rows(ROWS, ROWS))
    table.delete(GreaterThanOrEqual("n", ROWS + 10))
    assert numbers_of(table.scan()) == list(range(ROWS + 10))
    assert numbers_of(table.scan(snapshot_id=first)) == list(range(ROWS))
    again = catalog.load_table("ns.numbers")
    assert len(again.history()) == len(table.history()) >= 3
    assert again.scan().to_arrow().equals(table.scan().to_arrow())


def test_partitions_whose_names_need_escapes(catalog, s3, bucket):
    schema = rows(0, 1).schema
    table = catalog.create_table("ns.parts", schema=schema)
    with table.update_spec() as spec:
        spec.add_field("group", IdentityTransform(), "group part")
    table.append(rows(0, ROWS))
    assert numbers_of(table.scan(row_filter=EqualTo("group", "group 1"))) == list(range(1, ROWS, 3))
    files = table.inspect.files()["file_path"].to_pylist()
    assert len(files) == 3
    for file in files:
        key = file.removeprefix(f"s3://{bucket}/")
        assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] > 0


def test_appends_that_overlap_are_both_kept(catalog):
    """The later one finds the table changed, reads it again and commits on top."""
    table = catalog.create_table("ns.race", schema=rows(0, 1).schema)
    other = catalog.load_table("ns.race")
    with other.transaction() as late:
        late.append(rows(100, 10))
        table.append(rows(0, 10))
    kept = catalog.load_table("ns.race")
    assert numbers_of(kept.scan()) == [*range(10), *range(100, 110)]
    assert len(kept.history()) == 2
