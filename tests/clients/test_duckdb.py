"""DuckDB with its httpfs extension: SQL over files in a bucket, by range and in parts."""

import pathlib

import duckdb
import duckdb_extension_httpfs
import pytest

import real_tree

ROWS = 400_000


@pytest.fixture
def sql(server):
    # From its package, and not from where DuckDB would fetch it. DuckDB verifies its signature.
    package = pathlib.Path(duckdb_extension_httpfs.__file__).parent
    (extension,) = package.glob("extensions/*/httpfs.duckdb_extension")
    with duckdb.connect() as connection:
        connection.execute(f"LOAD '{extension}'")
        connection.execute(
            f"""CREATE SECRET (TYPE s3, KEY_ID '{server.access_key}', SECRET '{server.secret_key}',
            ENDPOINT '{server.endpoint.removeprefix("http://")}', REGION 'us-east-1',
            URL_STYLE 'path', USE_SSL false)"""
        )
        columns = "n, n % 7 AS team, md5(n::varchar) AS noise, 'ä ' || n AS text"
        connection.execute(f"CREATE TABLE kept AS SELECT {columns} FROM range({ROWS}) r(n)")
        yield connection.execute


def digest(sql, source):
    row = "concat_ws('|', n, team, noise, text)"
    return sql(f"SELECT count(*), md5(string_agg({row}, ',' ORDER BY n)) FROM {source}").fetchone()


def test_parquet_there_and_back(sql, bucket):
    where = f"s3://{bucket}/a b+c/whole.parquet"
    sql(f"COPY kept TO '{where}' (FORMAT parquet, ROW_GROUP_SIZE 50000)")
    assert digest(sql, f"'{where}'") == digest(sql, "kept")
    some = "WHERE n BETWEEN 123450 AND 123999"
    got = sql(f"SELECT n, noise FROM '{where}' {some} ORDER BY n").fetchall()
    assert got == sql(f"SELECT n, noise FROM kept {some} ORDER BY n").fetchall()


def test_partitions_and_globs(sql, bucket):
    where = f"s3://{bucket}/parts"
    sql(f"COPY kept TO '{where}' (FORMAT parquet, PARTITION_BY (team))")
    everything = f"read_parquet('{where}/*/*.parquet', hive_partitioning = true)"
    assert digest(sql, everything) == digest(sql, "kept")
    three = sql(f"SELECT count(*) FROM {everything} WHERE team = 3").fetchone()
    assert three == sql("SELECT count(*) FROM kept WHERE team = 3").fetchone()
    names = sql(f"SELECT file FROM glob('{where}/team=3/*')").fetchall()
    assert names and all("/team=3/" in name for (name,) in names)


def test_large_file_in_parts(sql, bucket, large_file, s3):
    """Every byte of a file, some of them in each row, as CSV that goes up in parts."""
    body = large_file.read_bytes()[: 12 << 20].hex()
    rows = [body[at : at + 4096] for at in range(0, len(body), 4096)]
    numbered = "SELECT unnest(?) AS row, unnest(?) AS hex"
    sql(f"CREATE TABLE large AS {numbered}", [list(range(len(rows))), rows])
    where = f"s3://{bucket}/large.csv"
    # From it comes the size of a part: 5 MiB.
    sql("SET s3_uploader_max_filesize = '50GB'")
    sql(f"COPY (SELECT hex FROM large ORDER BY row) TO '{where}' (HEADER false)")
    stored = s3.get_object(Bucket=bucket, Key="large.csv")
    assert "-" in stored["ETag"]
    assert stored["Body"].read().decode().splitlines() == rows
    columns = "header = false, columns = {'hex': 'VARCHAR'}, parallel = false"
    back = sql(f"SELECT hex FROM read_csv('{where}', {columns})").fetchall()
    assert [row for (row,) in back] == rows


def test_bytes_of_a_tree(sql, bucket, tree, directory, s3):
    part = directory / "part"
    real_tree.copy_part(tree, part, every=100)
    wanted = real_tree.digests(part)
    for name in wanted:
        s3.upload_file(str(part / name), bucket, f"tree/{name}")
    prefix = f"s3://{bucket}/tree/"
    rows = sql(f"SELECT filename, md5(content) FROM read_blob('{prefix}**')").fetchall()
    assert {name.removeprefix(prefix): md5 for name, md5 in rows} == wanted
