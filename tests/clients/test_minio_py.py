"""minio-py: signs by itself, streams of unknown length, notices what the server leaves out."""

import hashlib
import io
import urllib.request

import minio
import pytest
from minio.commonconfig import ComposeSource, CopySource, Tags
from minio.deleteobjects import DeleteObject
from minio.versioningconfig import ENABLED, VersioningConfig

import real_tree

MIB = 1024 * 1024


@pytest.fixture
def client(server):
    host = server.endpoint.removeprefix("http://")
    return minio.Minio(
        host, access_key=server.access_key, secret_key=server.secret_key, secure=False
    )


def read(client, bucket, key, **options):
    answer = client.get_object(bucket, key, **options)
    try:
        return answer.read()
    finally:
        answer.close()
        answer.release_conn()


def test_tree_up_listed_and_down(client, bucket, tree, directory):
    part, back = directory / "part", directory / "back"
    real_tree.copy_part(tree, part)
    names = sorted(real_tree.digests(part))
    for name in names:
        client.fput_object(bucket, f"tree/{name}", part / name)
    listed = client.list_objects(bucket, prefix="tree/", recursive=True)
    assert sorted(entry.object_name for entry in listed) == [f"tree/{name}" for name in names]
    for name in names:
        client.fget_object(bucket, f"tree/{name}", str(back / name))
    real_tree.assert_same(part, back)
    gone = [DeleteObject(f"tree/{name}") for name in names]
    assert list(client.remove_objects(bucket, gone)) == []
    assert list(client.list_objects(bucket, recursive=True)) == []


def test_stream_of_unknown_length_in_parts(client, bucket, large_file, directory):
    with open(large_file, "rb") as source:
        client.put_object(bucket, "large", source, length=-1, part_size=5 * MIB)
    client.fget_object(bucket, "large", str(directory / "large.bin"))
    real_tree.assert_same(large_file.parent, directory)
    middle = read(client, bucket, "large", offset=5 * MIB - 7, length=70_000)
    with open(large_file, "rb") as source:
        source.seek(5 * MIB - 7)
        assert source.read(70_000) == middle


def test_compose_of_ranges(client, bucket, large_file):
    client.fput_object(bucket, "one", large_file, part_size=16 * MIB)
    sources = [
        ComposeSource(bucket, "one", offset=3, length=6 * MIB),
        ComposeSource(bucket, "one", offset=20 * MIB, length=1234),
    ]
    client.compose_object(bucket, "two", sources)
    with open(large_file, "rb") as source:
        source.seek(3)
        wanted = source.read(6 * MIB)
        source.seek(20 * MIB)
        wanted += source.read(1234)
    assert hashlib.md5(read(client, bucket, "two")).digest() == hashlib.md5(wanted).digest()


@pytest.mark.parametrize("value", ["plain", "two  spaces", "a+b=c; d,e", "quote\"and'"])
def test_metadata_with_odd_characters(client, bucket, value):
    client.put_object(bucket, "m", io.BytesIO(b"m"), 1, metadata={"kind": value})
    # Blanks in a row are one in what is signed, but not in what is kept.
    assert client.stat_object(bucket, "m").metadata["x-amz-meta-kind"] == value


def test_copy_tags_and_versions(client, bucket):
    client.set_bucket_versioning(bucket, VersioningConfig(ENABLED))
    first = client.put_object(bucket, "a b+c/ä", io.BytesIO(b"first"), 5)
    client.put_object(bucket, "a b+c/ä", io.BytesIO(b"second"), 6)
    source = CopySource(bucket, "a b+c/ä", version_id=first.version_id)
    client.copy_object(bucket, "copy", source)
    assert read(client, bucket, "copy") == b"first"
    tags = Tags.new_object_tags()
    tags["team"] = "red + blue"
    client.set_object_tags(bucket, "copy", tags)
    assert client.get_object_tags(bucket, "copy") == {"team": "red + blue"}
    client.remove_object(bucket, "a b+c/ä")
    entries = list(client.list_objects(bucket, prefix="a b", include_version=True, recursive=True))
    assert sorted(entry.is_delete_marker for entry in entries) == [False, False, True]
    assert first.version_id in {entry.version_id for entry in entries}
    with pytest.raises(minio.error.S3Error, match="NoSuchKey"):
        read(client, bucket, "a b+c/ä")


def test_presigned_get_and_put(client, bucket):
    put = client.presigned_put_object(bucket, "x y+z")
    request = urllib.request.Request(put, data=b"by url", method="PUT")
    assert urllib.request.urlopen(request, timeout=30).status == 200
    get = client.presigned_get_object(bucket, "x y+z")
    assert urllib.request.urlopen(get, timeout=30).read() == b"by url"
