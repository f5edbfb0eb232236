"""Polars: reads the ends of files first, then the columns and row groups that it needs."""

import hashlib

import polars
import pytest

ROWS = 400_000


@pytest.fixture
def options(server):
    return {
        "aws_access_key_id": server.access_key,
        "aws_secret_access_key": server.secret_key,
        "aws_endpoint_url": server.endpoint,
        "aws_region": "us-east-1",
        "aws_allow_http": "true",
    }


@pytest.fixture(scope="session")
def frame():
    numbers = polars.int_range(ROWS, eager=True).alias("n")
    return polars.DataFrame(
        [
            numbers,
            (numbers % 17).alias("group"),
            numbers.hash(seed=7).alias("noise"),
            numbers.map_elements(lambda n: f"ä {n}", return_dtype=polars.String).alias("text"),
        ]
    )


def digest(frame):
    return hashlib.md5(frame.write_csv().encode()).hexdigest()


def test_parquet_there_and_back(bucket, options, frame):
    where = f"s3://{bucket}/a b+c/whole.parquet"
    frame.write_parquet(where, storage_options=options, row_group_size=50_000)
    back = polars.read_parquet(where, storage_options=options)
    assert digest(back) == digest(frame)


def test_columns_and_rows_by_range(bucket, options, frame):
    where = f"s3://{bucket}/whole.parquet"
    frame.write_parquet(where, storage_options=options, row_group_size=20_000)
    lazy = polars.scan_parquet(where, storage_options=options)
    some = polars.col("n").is_between(123_450, 123_999)
    got = lazy.filter(some).select("n", "noise").collect()
    assert got.equals(frame.filter(some).select("n", "noise"))


def test_partitions_and_globs(bucket, options, frame):
    for group in range(5):
        where = f"s3://{bucket}/parts/group={group}/rows.parquet"
        frame.filter(group=group).drop("group").write_parquet(where, storage_options=options)
    lazy = polars.scan_parquet(f"s3://{bucket}/parts/**/*.parquet", storage_options=options)
    got = lazy.collect().sort("n")
    assert digest(got) == digest(frame.filter(polars.col("group") < 5).select(got.columns))


def test_streamed_to_a_sink(bucket, options, frame, s3):
    where = f"s3://{bucket}/sink.csv"
    frame.lazy().sink_csv(where, storage_options=options)
    body = s3.get_object(Bucket=bucket, Key="sink.csv")["Body"].read()
    assert hashlib.md5(body).hexdigest() == digest(frame)
    assert polars.scan_csv(where, storage_options=options).select("n").collect().height == ROWS
