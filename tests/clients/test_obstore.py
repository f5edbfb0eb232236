"""obstore: the object_store crate as Python has it, with its own way to stream and to sign."""

import datetime
import hashlib
import urllib.request

import obstore
import pytest
from obstore.store import S3Store

import real_tree


@pytest.fixture
def store(server, bucket):
    return S3Store(
        bucket,
        endpoint=server.endpoint,
        region="us-east-1",
        access_key_id=server.access_key,
        secret_access_key=server.secret_key,
        client_options={"allow_http": True},
    )


def read(store, path):
    return bytes(obstore.get(store, path).bytes())


def test_tree_up_listed_and_down(store, tree, directory):
    part, back = directory / "part", directory / "back"
    real_tree.copy_part(tree, part)
    names = sorted(real_tree.digests(part))
    for name in names:
        obstore.put(store, f"tree/{name}", part / name)
    listed = [entry["path"] for page in obstore.list(store, "tree") for entry in page]
    assert sorted(listed) == [f"tree/{name}" for name in names]
    for name in names:
        copy = back / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(read(store, f"tree/{name}"))
    real_tree.assert_same(part, back)
    obstore.delete(store, listed)
    assert [entry for page in obstore.list(store) for entry in page] == []


def test_large_file_in_parts(store, large_file):
    obstore.put(store, "large", large_file, chunk_size=6 << 20, max_concurrency=4)
    digest = hashlib.md5()
    for block in obstore.get(store, "large").stream(min_chunk_size=1 << 20):
        digest.update(block)
    assert digest.hexdigest() == real_tree.md5_of(large_file)
    starts = [0, 6_291_455, 33_333_333, large_file.stat().st_size - 11]
    got = obstore.get_ranges(store, "large", starts=starts, lengths=[11] * len(starts))
    with open(large_file, "rb") as source:
        for start, block in zip(starts, got, strict=True):
            source.seek(start)
            assert source.read(11) == bytes(block)


def test_a_writer_that_does_not_know_its_length(store):
    digest = hashlib.md5()
    with obstore.open_writer(store, "written", buffer_size=5 << 20) as sink:
        for number in range(90):
            block = number.to_bytes(2) * 70_001
            sink.write(block)
            digest.update(block)
    assert hashlib.md5(read(store, "written")).digest() == digest.digest()


def test_attributes_and_conditions(store):
    kept = {"Content-Type": "text/x-odd; charset=utf-8", "kind": "a+b, c=d"}
    first = obstore.put(store, "kept", b"first", attributes=kept, mode="create")
    got = obstore.get(store, "kept")
    assert got.attributes == kept
    with pytest.raises(obstore.exceptions.AlreadyExistsError):
        obstore.put(store, "kept", b"other", mode="create")
    seen = {"e_tag": first["e_tag"]}
    second = obstore.put(store, "kept", b"second", mode=seen)
    with pytest.raises(obstore.exceptions.PreconditionError):
        obstore.put(store, "kept", b"third", mode=seen)
    assert read(store, "kept") == b"second"
    assert obstore.head(store, "kept")["e_tag"] == second["e_tag"]


def test_copies_renames_and_levels(store):
    obstore.put(store, "a b+c/ä.txt", b"moved")
    obstore.copy(store, "a b+c/ä.txt", "two/copy +.txt")
    obstore.rename(store, "a b+c/ä.txt", "three/ü.txt")
    assert read(store, "two/copy +.txt") == read(store, "three/ü.txt") == b"moved"
    level = obstore.list_with_delimiter(store)
    assert (sorted(level["common_prefixes"]), level["objects"]) == (["three", "two"], [])


def test_signed_urls(store):
    for_a_minute = datetime.timedelta(minutes=1)
    put = obstore.sign(store, "PUT", "x y+z", for_a_minute)
    request = urllib.request.Request(put, data=b"by url", method="PUT")
    assert urllib.request.urlopen(request, timeout=30).status == 200
    get = obstore.sign(store, "GET", "x y+z", for_a_minute)
    assert urllib.request.urlopen(get, timeout=30).read() == b"by url"
