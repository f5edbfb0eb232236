"""Decisions about random policies and requests, ours beside those of another evaluator.

The other is a program of its own (iam-simulate from npm). Where both differ, AWS's text decides,
and `policy_oracle.mjs` says by which sentence; a difference without one fails here.
"""

import os
import pathlib
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).parent / "policy_oracle.mjs"
ROOT = SOURCE.parent.parent.parent
CASES = 5000
SECONDS_MAX = 300


@pytest.fixture(scope="module")
def program():
    """Our evaluator: reads cases as JSON, one a line."""
    build = ["cargo", "build", "--quiet", "--package", "larder-iam", "--example", "decide"]
    subprocess.run(build, cwd=ROOT, check=True, timeout=SECONDS_MAX)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return (target / "debug/examples/decide").absolute()


@pytest.mark.parametrize("seed", (1, 2))
def test_decisions(seed, program, tmp_path):
    node = shutil.which("node")
    packages = pathlib.Path(os.environ.get("CLIENTS_WORK", "target/clients"), "node/node_modules")
    assert node, "node is not installed; `cargo xtask test` says what is missing"
    assert packages.is_dir(), "the npm packages are not installed"
    # Modules are looked up from the file's own directory upwards.
    shutil.copyfile(SOURCE, tmp_path / SOURCE.name)
    (tmp_path / "node_modules").symlink_to(packages.absolute())
    command = [node, SOURCE.name, str(seed), str(CASES), str(program)]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert f"{CASES} cases" in done.stdout and " 0 differ" in done.stdout, done.stdout[-500:]
