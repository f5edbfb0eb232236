"""Real input: files that people and machines wrote, and a comparison byte for byte."""

import hashlib
import os
import pathlib
import random
import shutil
import subprocess

FILE_BYTES_MAX = 1024 * 1024
# Older than any copy on a server, so that clients that compare times see nothing left to do.
MODIFIED = 1_600_000_000
# Names that real trees rarely have and that clients and servers get wrong.
ODD_NAMES = (
    "with space.txt",
    "plus+and%25percent.txt",
    "umlaut-äöü-日本語.txt",
    "quote'and&amp;<tag>.txt",
    "empty.txt",
    "deep/er/and/deeper/file.txt",
    "tilde~star*(paren)!.txt",
)


def sources():
    """Directories to take files from, best first: documentation, sources, the system's files."""
    toolchain = subprocess.run(
        ["rustc", "--print", "sysroot"], capture_output=True, text=True, check=False
    ).stdout.strip()
    cargo = os.environ.get("CARGO_HOME") or pathlib.Path.home() / ".cargo"
    if toolchain:
        yield pathlib.Path(toolchain, "share/doc")
        yield pathlib.Path(toolchain, "lib/rustlib/src")
    yield pathlib.Path(cargo, "registry/src")
    yield pathlib.Path("/usr/share")
    yield pathlib.Path("/usr/lib")


def gather(target, count):
    """Copies `count` real files of at most 1 MiB below `target`, with their relative paths."""
    left = count - len(ODD_NAMES)
    for source in sources():
        for path in real_files(source):
            if left == 0:
                break
            copy = target / source.name / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            left -= 1
    assert left == 0, f"this machine has {left} files too few"
    for name in ODD_NAMES:
        file = target / "odd" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("" if name == "empty.txt" else name)
    for path in target.rglob("*"):
        os.utime(path, (MODIFIED, MODIFIED))


def real_files(source):
    for directory, names, files in os.walk(source):
        names.sort()
        for name in sorted(files):
            path = pathlib.Path(directory, name)
            readable = os.access(path, os.R_OK) and path.is_file() and not path.is_symlink()
            if readable and path.stat().st_size <= FILE_BYTES_MAX and name.isprintable():
                yield path


def copy_part(tree, target, every=10):
    """Copies one file in `every` and all odd ones: for clients that send one after the other."""
    for number, name in enumerate(sorted(digests(tree))):
        if number % every == 0 or name.startswith("odd/"):
            copy = target / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tree / name, copy)


def digests(directory):
    """MD5 of every file below `directory`, by relative path."""
    files = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): md5_of(path) for path in files}


def md5_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def assert_same(left, right):
    """Both directories hold the same files with the same bytes."""
    left, right = digests(left), digests(right)
    missing = sorted(left.keys() - right.keys())
    added = sorted(right.keys() - left.keys())
    changed = sorted(name for name in left.keys() & right.keys() if left[name] != right[name])
    assert not (missing or added or changed), (
        f"missing {len(missing)}: {missing[:5]}, added {len(added)}: {added[:5]}, "
        f"changed {len(changed)}: {changed[:5]}"
    )


def write_noise(path, size):
    """Writes `size` bytes that do not compress and that are the same in every run."""
    noise = random.Random(size)
    with open(path, "wb") as file:
        while size > 0:
            block = noise.randbytes(min(size, 1 << 20))
            file.write(block)
            size -= len(block)
