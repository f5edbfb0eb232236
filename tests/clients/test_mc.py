"""MinIO's command line client: mirrors, pipes, shared links, versions."""

import json
import urllib.request

import pytest

import go_programs
import real_tree
from conftest import Tool

program = go_programs.program_of("mc", "github.com/minio/mc")


@pytest.mark.timeout(660)
def test_build(program):
    """Its own test, so that the time of the build is no test's time."""
    assert program.is_file()


@pytest.fixture
def mc(program, server, directory):
    tool = Tool(server, str(program))
    host = server.endpoint.removeprefix("http://")
    tool.environment["MC_HOST_larder"] = f"http://{server.access_key}:{server.secret_key}@{host}"
    tool.environment["MC_DISABLE_PAGER"] = "1"
    settings = ["--config-dir", directory / "settings", "--no-color"]

    def run(*args, **more):
        return tool(*settings, *args, **more)

    run.fails = lambda *args: tool.fails(*settings, *args)
    return run


def lines(printed):
    return [json.loads(line) for line in printed.splitlines()]


@pytest.mark.timeout(600)
def test_mirror_of_a_real_tree(mc, bucket, tree, directory):
    mc("--quiet", "mirror", "--preserve", tree, f"larder/{bucket}/tree")
    listed = lines(mc("--json", "ls", "--recursive", f"larder/{bucket}/tree/"))
    sizes = {entry["key"]: entry["size"] for entry in listed}
    assert sizes == {name: (tree / name).stat().st_size for name in real_tree.digests(tree)}
    assert mc("diff", tree, f"larder/{bucket}/tree") == ""
    back = directory / "back"
    mc("--quiet", "mirror", f"larder/{bucket}/tree", back)
    real_tree.assert_same(tree, back)
    mc("--quiet", "mirror", "--remove", "--overwrite", tree / "odd", f"larder/{bucket}/tree/odd")
    mc("--quiet", "rm", "--recursive", "--force", f"larder/{bucket}/tree/")
    assert mc("ls", "--recursive", f"larder/{bucket}") == ""


def test_large_object_in_parts(mc, bucket, large_file, directory):
    mc("--quiet", "cp", large_file, f"larder/{bucket}/large", environment={"MC_PART_SIZE": "5MiB"})
    with open(large_file, "rb") as source:
        mc("--quiet", "pipe", f"larder/{bucket}/piped", stdin=source)
    for key in ("large", "piped"):
        back = directory / "back" / key
        mc("--quiet", "cp", f"larder/{bucket}/{key}", back)
        assert real_tree.md5_of(back) == real_tree.md5_of(large_file)
    mc("--quiet", "cp", f"larder/{bucket}/large", f"larder/{bucket}/copy")
    etags = [entry["etag"] for entry in lines(mc("--json", "ls", f"larder/{bucket}"))]
    assert len(etags) == 3 and all("-" in etag for etag in etags[1:])


def test_what_is_kept_with_an_object(mc, bucket, directory):
    (directory / "file").write_text("kept")
    kept = "Content-Disposition=inline;Kind=a+b  c"
    where = f"larder/{bucket}/ä b+c%20.txt"
    mc("cp", "--attr", kept, "--tags", "team=red&size=x+%2B+y", directory / "file", where)
    (stat,) = lines(mc("--json", "stat", where))
    assert stat["metadata"]["X-Amz-Meta-Kind"] == "a+b  c"
    assert stat["metadata"]["Content-Disposition"] == "inline"
    (tags,) = lines(mc("--json", "tag", "list", where))
    assert tags["tagset"] == {"team": "red", "size": "x + y"}
    mc("mv", where, f"larder/{bucket}/moved +.txt")
    assert mc("cat", f"larder/{bucket}/moved +.txt") == "kept"
    assert mc("cat", "--offset", "1", f"larder/{bucket}/moved +.txt") == "ept"
    assert "does not exist" in mc.fails("stat", where)


def test_links_for_others(mc, bucket, directory):
    (directory / "file").write_text("shared")
    where = f"larder/{bucket}/a b/ä+.txt"
    mc("cp", directory / "file", where)
    (down,) = lines(mc("--json", "share", "download", "--expire", "1h", where))
    assert urllib.request.urlopen(down["share"], timeout=30).read() == b"shared"
    (up,) = lines(mc("--json", "share", "upload", "--expire", "1h", f"larder/{bucket}/up.txt"))
    curl, *words = up["share"].split(" -F ")
    fields = dict(word.strip().split("=", 1) for word in words)
    assert fields["file"] == "@<FILE>"
    post_form(curl.removeprefix("curl ").strip(), fields, (directory / "file").read_bytes())
    assert mc("cat", f"larder/{bucket}/up.txt") == "shared"


def post_form(url, fields, body):
    """Does what the printed curl command would."""
    boundary = "larder-form-boundary"
    form = b""
    for name, value in fields.items():
        value = body if name == "file" else value.encode()
        extra = '; filename="up.txt"' if name == "file" else ""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
        form += head.encode() + value + b"\r\n"
    form += f"--{boundary}--\r\n".encode()
    request = urllib.request.Request(url, data=form, method="POST")
    request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
    assert urllib.request.urlopen(request, timeout=30).status in (200, 201, 204)


def test_versions_and_undo(mc, bucket, directory):
    where = f"larder/{bucket}/many.txt"
    mc("version", "enable", f"larder/{bucket}")
    for text in ("one", "two", "three"):
        (directory / "file").write_text(text)
        mc("cp", directory / "file", where)
    entries = lines(mc("--json", "ls", "--versions", where))
    texts = [mc("cat", "--version-id", entry["versionId"], where) for entry in entries]
    assert texts == ["three", "two", "one"]
    mc("rm", where)
    assert "does not exist" in mc.fails("stat", where)
    mc("undo", where)
    assert mc("cat", where) == "three"
    mc("rm", "--recursive", "--versions", "--force", f"larder/{bucket}/")
    assert mc("ls", "--versions", f"larder/{bucket}") == ""
    mc("rb", f"larder/{bucket}")


def test_find_and_sizes(mc, bucket, directory):
    for name in ("a/one.txt", "a/two.log", "b/three.txt"):
        (directory / "file").write_text(name)
        mc("cp", directory / "file", f"larder/{bucket}/{name}")
    found = mc("find", f"larder/{bucket}", "--name", "*.txt").splitlines()
    assert sorted(found) == [f"larder/{bucket}/a/one.txt", f"larder/{bucket}/b/three.txt"]
    (total,) = lines(mc("--json", "du", f"larder/{bucket}"))
    assert (total["size"], total["objects"]) == (29, 3)
