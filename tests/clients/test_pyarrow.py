"""pyarrow's S3FileSystem: the AWS SDK for C++, parquet data sets, streams of unknown length."""

import pyarrow
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet
import pytest


@pytest.fixture
def files(server):
    host = server.endpoint.removeprefix("http://")
    return pyarrow.fs.S3FileSystem(
        access_key=server.access_key,
        secret_key=server.secret_key,
        endpoint_override=host,
        scheme="http",
        region="us-east-1",
        allow_bucket_creation=True,
        allow_bucket_deletion=True,
    )


@pytest.fixture
def rows():
    numbers = list(range(200_000))
    return pyarrow.table({"n": numbers, "kind": [f"kind {n % 3}" for n in numbers]})


def test_partitioned_data_set(files, bucket, rows):
    where = f"{bucket}/set"
    pyarrow.dataset.write_dataset(
        rows, where, filesystem=files, format="parquet", partitioning=["kind"]
    )
    back = pyarrow.dataset.dataset(where, filesystem=files, partitioning=["kind"])
    assert back.count_rows() == rows.num_rows
    column = back.to_table(columns=["n"], filter=pyarrow.dataset.field("kind") == "kind 1")
    assert sum(column["n"].to_pylist()) == sum(n for n in range(200_000) if n % 3 == 1)


def test_ranged_reads_of_one_file(files, bucket, rows):
    where = f"{bucket}/one.parquet"
    pyarrow.parquet.write_table(rows, where, filesystem=files, row_group_size=10_000)
    with files.open_input_file(where) as source:
        reader = pyarrow.parquet.ParquetFile(source)
        assert reader.num_row_groups == 20
        assert reader.read_row_group(7)["n"][0].as_py() == 70_000


def test_large_stream(files, bucket, large_file):
    where = f"{bucket}/stream"
    with open(large_file, "rb") as source, files.open_output_stream(where) as sink:
        while block := source.read(3_000_001):
            sink.write(block)
    assert files.get_file_info(where).size == large_file.stat().st_size
    with files.open_input_stream(where) as source, open(large_file, "rb") as original:
        while block := original.read(1 << 20):
            assert source.read(len(block)) == block


def test_directories_moves_and_deletes(files, bucket):
    files.create_dir(f"{bucket}/dir/inner")
    with files.open_output_stream(f"{bucket}/dir/inner/ü 1") as sink:
        sink.write(b"x")
    files.move(f"{bucket}/dir/inner/ü 1", f"{bucket}/dir/moved")
    listed = files.get_file_info(pyarrow.fs.FileSelector(f"{bucket}/dir", recursive=True))
    assert sorted(info.path for info in listed) == [f"{bucket}/dir/inner", f"{bucket}/dir/moved"]
    files.delete_dir(f"{bucket}/dir")
    assert files.get_file_info(f"{bucket}/dir").type == pyarrow.fs.FileType.NotFound


def test_buckets(files):
    files.create_dir("made-by-pyarrow")
    assert files.get_file_info("made-by-pyarrow").type == pyarrow.fs.FileType.Directory
    files.delete_dir("made-by-pyarrow")
    assert files.get_file_info("made-by-pyarrow").type == pyarrow.fs.FileType.NotFound
