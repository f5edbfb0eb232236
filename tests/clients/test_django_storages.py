"""django-storages: uploads of a web application, as its settings would have them."""

import urllib.request

import django.conf
import django.core.files
import pytest
from django.core.files.base import ContentFile

import real_tree

django.conf.settings.configure(USE_TZ=True, ROOT_URLCONF="")

from storages.backends.s3 import S3Storage  # noqa: E402 (it reads the settings)


@pytest.fixture
def storage(server, bucket):
    return S3Storage(
        access_key=server.access_key,
        secret_key=server.secret_key,
        bucket_name=bucket,
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        file_overwrite=False,
    )


def test_save_open_and_delete(storage):
    name = storage.save("photos/ä b+c.txt", ContentFile(b"first"))
    other = storage.save("photos/ä b+c.txt", ContentFile(b"second"))
    assert name != other, "an upload must not replace another"
    with storage.open(name) as file:
        assert file.read() == b"first"
    with storage.open(other, "rb") as file:
        assert file.read() == b"second"
    assert storage.size(other) == 6
    assert storage.get_modified_time(name).tzinfo is not None
    folders, files = storage.listdir("photos")
    assert not folders
    assert {f"photos/{file}" for file in files} == {name, other}
    storage.delete(name)
    assert not storage.exists(name) and storage.exists(other)


def test_large_upload(storage, large_file, directory):
    with open(large_file, "rb") as source:
        name = storage.save("large.bin", django.core.files.File(source))
    with storage.open(name) as file, open(directory / "large.bin", "wb") as back:
        for block in file.chunks(1 << 20):
            back.write(block)
    real_tree.assert_same(large_file.parent, directory)


def test_written_piece_by_piece(storage):
    with storage.open("pieces.bin", "wb") as file:
        for number in range(30):
            file.write(bytes([number]) * 400_001)
    with storage.open("pieces.bin") as file:
        wanted = b"".join(bytes([number]) * 400_001 for number in range(30))
        assert file.read() == wanted


def test_a_link_needs_no_settings(storage):
    """The link is signed as boto3 does it when nobody says how."""
    name = storage.save("by link/ä+.txt", ContentFile(b"by link"))
    assert urllib.request.urlopen(storage.url(name), timeout=30).read() == b"by link"
    as_file = {"ResponseContentDisposition": 'attachment; filename="x.txt"'}
    answer = urllib.request.urlopen(storage.url(name, parameters=as_file), timeout=30)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="x.txt"'
