"""Tests in other languages: each is run by its name, in a process of its own."""

import os
import subprocess

from conftest import CLIENT_SECONDS_MAX, REGION


def run(command, said, server, bucket, cwd=None, **environment):
    """Runs one test, which must end well and must have `said` that it was run."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={
            **os.environ,
            "AWS_ACCESS_KEY_ID": server.access_key,
            "AWS_SECRET_ACCESS_KEY": server.secret_key,
            "AWS_REGION": REGION,
            "ENDPOINT": server.endpoint,
            "BUCKET": bucket,
            "LC_ALL": "C.UTF-8",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=CLIENT_SECONDS_MAX,
        check=False,
    )
    # The cause comes first in some languages and last in others.
    printed = "\n...\n".join((done.stdout[-4000:], done.stderr[:3000], done.stderr[-1000:]))
    assert done.returncode == 0, printed
    assert said in done.stdout, printed
