"""Zarr: an array as thousands of small objects, over two different clients."""

import numpy
import obstore.store
import pytest
import s3fs
import zarr
from zarr.core.sync import sync
from zarr.storage import FsspecStore, ObjectStore


def over_obstore(server, bucket):
    client = obstore.store.S3Store(
        bucket,
        prefix="array",
        endpoint=server.endpoint,
        region="us-east-1",
        access_key_id=server.access_key,
        secret_access_key=server.secret_key,
        client_options={"allow_http": True},
    )
    yield ObjectStore(client)


def over_fsspec(server, bucket):
    files = s3fs.S3FileSystem(
        key=server.access_key,
        secret=server.secret_key,
        endpoint_url=server.endpoint,
        client_kwargs={"region_name": "us-east-1"},
        asynchronous=True,
        skip_instance_cache=True,
    )
    # Opened and closed in the loop that Zarr runs, or the client complains at the end.
    session = sync(files.set_session())
    yield FsspecStore(files, path=f"{bucket}/array")
    sync(session.close())


@pytest.fixture(params=[over_obstore, over_fsspec])
def store(request, server, bucket):
    yield from request.param(server, bucket)


def noise(shape):
    return numpy.random.default_rng(7).integers(0, 1 << 40, shape)


def test_many_chunks(store, s3, bucket):
    data = noise((1000, 700))
    array = zarr.create_array(store, name="n", shape=data.shape, chunks=(50, 50), dtype=data.dtype)
    array[:] = data
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="array/n/c/")
    assert sum(page["KeyCount"] for page in pages) == 20 * 14
    again = zarr.open_group(store, mode="r")["n"]
    assert numpy.array_equal(again[:], data)
    assert numpy.array_equal(again[333:777, 65:66], data[333:777, 65:66])


def test_shards_are_read_by_range(store):
    data = noise((512, 512))
    array = zarr.create_array(
        store, name="s", shape=data.shape, shards=(256, 256), chunks=(32, 32), dtype=data.dtype
    )
    array[:] = data
    again = zarr.open_group(store, mode="r")["s"]
    assert numpy.array_equal(again[100:130, 200:300], data[100:130, 200:300])
    assert numpy.array_equal(again[:], data)


def test_groups_attributes_and_removal(store, s3, bucket):
    root = zarr.create_group(store)
    inner = root.create_group("ä b+c/inner")
    inner.attrs["unit"] = "µm"
    array = inner.create_array("x", shape=(10,), chunks=(3,), dtype="f8")
    array[:] = numpy.arange(10.0)
    again = zarr.open_group(store, mode="r+")
    assert again["ä b+c/inner"].attrs["unit"] == "µm"
    assert sorted(name for name, _ in again.members(max_depth=None)) == [
        "ä b+c",
        "ä b+c/inner",
        "ä b+c/inner/x",
    ]
    del again["ä b+c"]
    kept = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert [entry["Key"] for entry in kept] == ["array/zarr.json"]
