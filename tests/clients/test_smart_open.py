"""smart_open: files of any length written and read as streams, line by line."""

import hashlib

import pytest
import smart_open

import real_tree


@pytest.fixture
def opened(s3, bucket):
    def opened(key, mode, **settings):
        parameters = {"client": s3, **settings}
        return smart_open.open(f"s3://{bucket}/{key}", mode, transport_params=parameters)

    return opened


def test_large_file_in_parts(opened, large_file):
    with open(large_file, "rb") as source, opened("large", "wb", min_part_size=6 << 20) as sink:
        while block := source.read(1_500_007):
            sink.write(block)
    digest = hashlib.md5()
    with opened("large", "rb", buffer_size=1 << 20) as back:
        while block := back.read(700_001):
            digest.update(block)
    assert digest.hexdigest() == real_tree.md5_of(large_file)


def test_lines_and_compression(opened):
    lines = [f"line {number} ä\n" for number in range(200_000)]
    with opened("a b+c/lines.txt.gz", "w") as sink:
        sink.writelines(lines)
    with opened("a b+c/lines.txt.gz", "r") as back:
        assert list(back) == lines


def test_seeks(opened, large_file):
    body = large_file.read_bytes()[: 7 << 20]
    with opened("seek", "wb", multipart_upload=False) as sink:
        sink.write(body)
    with opened("seek", "rb") as back:
        for at in (6_000_000, 3, 7_000_000, 0):
            back.seek(at)
            assert back.read(9_999) == body[at : at + 9_999]
        back.seek(-5, 2)
        assert back.read() == body[-5:]


def test_an_upload_that_fails_leaves_nothing(opened, s3, bucket):
    with pytest.raises(RuntimeError), opened("torn", "wb", min_part_size=5 << 20) as sink:
        sink.write(b"x" * (6 << 20))
        raise RuntimeError
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert not s3.list_multipart_uploads(Bucket=bucket).get("Uploads")
