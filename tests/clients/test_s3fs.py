"""s3fs (fsspec): files as Python sees them, over an asynchronous client."""

import pytest
import s3fs

import real_tree


@pytest.fixture
def files(server):
    return s3fs.S3FileSystem(
        key=server.access_key,
        secret=server.secret_key,
        endpoint_url=server.endpoint,
        client_kwargs={"region_name": "us-east-1"},
        skip_instance_cache=True,
        use_listings_cache=False,
    )


def test_files_and_globs(files, bucket):
    with files.open(f"{bucket}/a/one.txt", "w") as file:
        file.write("one")
    files.pipe({f"{bucket}/a/two.txt": b"two", f"{bucket}/b/three.bin": b"three"})
    assert files.glob(f"{bucket}/*/*.txt") == [f"{bucket}/a/one.txt", f"{bucket}/a/two.txt"]
    assert files.cat(f"{bucket}/a/one.txt") == b"one"
    assert files.cat_file(f"{bucket}/b/three.bin", start=1, end=3) == b"hr"
    assert files.info(f"{bucket}/b/three.bin")["size"] == 5
    assert files.du(bucket) == 11
    files.mv(f"{bucket}/a/one.txt", f"{bucket}/c/one.txt")
    assert not files.exists(f"{bucket}/a/one.txt")
    files.rm(bucket + "/", recursive=True)
    assert not files.exists(f"{bucket}/c/one.txt")


def test_tree_up_and_down(files, bucket, tree, directory):
    part = next(path for path in sorted(tree.iterdir()) if path.name != "odd")
    odd = tree / "odd"
    names = [path for path in sorted(part.rglob("*")) if path.is_file()][:300]
    names += [path for path in odd.rglob("*") if path.is_file()]
    remote = [f"{bucket}/{path.relative_to(tree)}" for path in names]
    files.put([str(path) for path in names], remote)
    assert sorted(files.find(bucket)) == sorted(remote)
    back = [directory / path.relative_to(tree) for path in names]
    files.get(remote, [str(path) for path in back])
    for path, copy in zip(names, back, strict=True):
        assert real_tree.md5_of(path) == real_tree.md5_of(copy), path


def test_large_file_in_blocks(files, bucket, large_file):
    with open(large_file, "rb") as source:
        with files.open(f"{bucket}/large", "wb", block_size=6 << 20) as sink:
            while block := source.read(1_500_007):
                sink.write(block)
        with files.open(f"{bucket}/large", "rb", block_size=1 << 20) as back:
            for at in (0, 5_999_999, 40_000_000, large_file.stat().st_size - 10):
                source.seek(at)
                back.seek(at)
                assert back.read(70_000) == source.read(70_000)


def test_exclusive_creation(files, bucket):
    with files.open(f"{bucket}/once", "xb") as file:
        file.write(b"first")
    with pytest.raises(FileExistsError), files.open(f"{bucket}/once", "xb") as file:
        file.write(b"second")
    assert files.cat(f"{bucket}/once") == b"first"
