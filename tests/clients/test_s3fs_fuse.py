"""s3fs (FUSE): a bucket as a file system, with the files' owners, modes and times as metadata."""

import os
import pathlib
import shutil
import subprocess
import time

import pytest

import real_tree
from conftest import Tool

DEVICE = "/dev/fuse"
# Understood by `cargo xtask test`: this machine cannot mount, so nothing was tried.
CANNOT_MOUNT = 77
MOUNT_SECONDS_MAX = 20


def obstacle():
    """Why this machine cannot mount, as far as it can be seen without mounting."""
    if not pathlib.Path(DEVICE).exists():
        return f"{DEVICE} is not there"
    if not os.access(DEVICE, os.R_OK | os.W_OK):
        return f"{DEVICE} may not be opened"
    try:
        os.close(os.open(DEVICE, os.O_RDWR))
    except OSError as error:
        return f"{DEVICE} cannot be opened ({error.strerror})"
    return None


def skip(why):
    pytest.exit(
        f"s3fs_fuse SKIPPED: {why}; {DEVICE} and the right to mount are needed", CANNOT_MOUNT
    )


class Mount:
    def __init__(self, server, bucket, directory):
        self.tool = Tool(server, "s3fs")
        self.bucket = bucket
        self.endpoint = server.endpoint
        self.path = directory / "mount"
        self.path.mkdir()
        self.keys = directory / "keys"
        self.keys.write_text(f"{server.access_key}:{server.secret_key}\n")
        self.keys.chmod(0o600)
        self.log_path = directory / "s3fs.log"
        self.process = None

    def __enter__(self):
        options = f"passwd_file={self.keys},url={self.endpoint},use_path_request_style"
        options += ",multipart_size=8,parallel_count=4,retries=1,enable_content_md5"
        command = [self.tool.program, self.bucket, self.path, "-f", "-o", options]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env=self.tool.environment
            )
        end = time.monotonic() + MOUNT_SECONDS_MAX
        while not os.path.ismount(self.path):
            log = self.log_path.read_text()
            if self.process.poll() is not None and "Operation not permitted" in log:
                skip("FUSE cannot be mounted (Operation not permitted)")
            assert self.process.poll() is None and time.monotonic() < end, log[-3000:]
            time.sleep(0.05)
        return self.path

    def __exit__(self, *_):
        unmount = shutil.which("fusermount") or shutil.which("fusermount3")
        subprocess.run([unmount, "-u", self.path], check=False)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def mount(server, bucket, directory):
    why = obstacle()
    if why:
        skip(why)
    return Mount(server, bucket, directory)


def test_tree_there_and_back(mount, tree, directory):
    part = directory / "part"
    real_tree.copy_part(tree, part, every=20)
    with mount as root:
        shutil.copytree(part, root / "part")
    # Mounted again, nothing is left in memory.
    with mount as root:
        real_tree.assert_same(part, root / "part")
        shutil.rmtree(root / "part")
        assert list(root.iterdir()) == []


def test_large_file_and_changes_in_the_middle(mount, large_file, directory):
    copy = directory / "changed.bin"
    shutil.copyfile(large_file, copy)
    with mount as root:
        shutil.copyfile(large_file, root / "large.bin")
    with mount as root:
        assert real_tree.md5_of(root / "large.bin") == real_tree.md5_of(large_file)
        for path in (root / "large.bin", copy):
            with open(path, "r+b") as file:
                file.seek(20_000_001)
                file.write(b"changed" * 1000)
                file.seek(0, os.SEEK_END)
                file.write(b"more")
    with mount as root:
        assert real_tree.md5_of(root / "large.bin") == real_tree.md5_of(copy)


def test_names_modes_times_and_links(mount):
    with mount as root:
        (root / "ä b+c").mkdir(mode=0o750)
        file = root / "ä b+c" / "one%20.sh"
        file.write_text("one")
        file.chmod(0o751)
        os.utime(file, (1_600_000_000, 1_600_000_001))
        (root / "link").symlink_to("ä b+c/one%20.sh")
        file.rename(root / "ä b+c" / "two +.sh")
    with mount as root:
        file = root / "ä b+c" / "two +.sh"
        assert sorted(path.name for path in root.rglob("*")) == ["link", "two +.sh", "ä b+c"]
        assert file.stat().st_mode & 0o777 == 0o751
        assert int(file.stat().st_mtime) == 1_600_000_001
        assert os.readlink(root / "link") == "ä b+c/one%20.sh"
        assert file.read_text() == "one"


def test_a_renamed_directory_keeps_its_files(mount, s3, bucket):
    with mount as root:
        for number in range(30):
            path = root / "old" / f"{number % 3}" / f"{number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(str(number))
        (root / "old").rename(root / "new")
    with mount as root:
        texts = {path.stem: path.read_text() for path in (root / "new").rglob("*.txt")}
        assert texts == {str(number): str(number) for number in range(30)}
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert not any(key.startswith("old") for key in keys)
