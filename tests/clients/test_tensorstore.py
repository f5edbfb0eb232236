"""TensorStore: its own C++ client, which races with conditional writes."""

import numpy
import pytest
import tensorstore


@pytest.fixture
def kvstore(server, bucket, monkeypatch):
    # It takes its keys from the environment alone.
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", server.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", server.secret_key)
    return {
        "driver": "s3",
        "bucket": bucket,
        "endpoint": server.endpoint,
        "aws_region": "us-east-1",
        "aws_credentials": {"type": "environment"},
    }


def spec(kvstore, path, shape, chunks):
    return {
        "driver": "zarr3",
        "kvstore": {**kvstore, "path": path},
        "metadata": {
            "shape": list(shape),
            "data_type": "int64",
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(chunks)}},
        },
    }


def noise(shape):
    return numpy.random.default_rng(11).integers(0, 1 << 40, shape)


def test_array_there_and_back(kvstore):
    data = noise((700, 500))
    array = tensorstore.open(spec(kvstore, "a b/", data.shape, (50, 50)), create=True).result()
    array.write(data).result()
    read = {"driver": "zarr3", "kvstore": {**kvstore, "path": "a b/"}}
    again = tensorstore.open(read, open=True).result()
    assert numpy.array_equal(again.read().result(), data)
    assert numpy.array_equal(again[123:456, 77].read().result(), data[123:456, 77])


def test_writers_of_one_chunk_lose_nothing(kvstore):
    """Each writes its own row of one chunk, which is read, changed and written on condition."""
    shape = (8, 64)
    opened = [
        tensorstore.open(
            spec(kvstore, "race/", shape, shape),
            open=True,
            create=True,
            context=tensorstore.Context(),
        ).result()
        for _ in range(shape[0])
    ]
    data = noise(shape)
    writes = [array[row].write(data[row]) for row, array in enumerate(opened)]
    for write in writes:
        write.result()
    assert numpy.array_equal(opened[0].read().result(), data)


def test_keys_and_conditions(kvstore):
    store = tensorstore.KvStore.open(kvstore).result()
    for key in ("a/1", "a/2", "b c+d/ä", "z"):
        store.write(key, key.encode()).result()
    assert sorted(store.list().result()) == sorted(
        key.encode() for key in ("a/1", "a/2", "b c+d/ä", "z")
    )
    assert store.read("b c+d/ä").result().value == "b c+d/ä".encode()
    first = store.read("z").result().stamp
    second = store.write("z", b"second", if_equal=first.generation).result()
    lost = store.write("z", b"third", if_equal=first.generation).result()
    assert second.generation != first.generation
    # What is not what was expected is said by a generation that no object has.
    assert lost.generation not in (first.generation, second.generation)
    assert store.read("z").result().value == b"second"
    store.delete_range(tensorstore.KvStore.KeyRange("a/", "a0")).result()
    assert sorted(store.list().result()) == [b"b c+d/\xc3\xa4", b"z"]
