"""A larder server process of our own: start it, watch it, stop it, kill it."""

import http.client
import os
import pathlib
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

READY_SECONDS_MAX = 20
STOP_SECONDS_MAX = 20


def work_directory():
    """Where a run may write: on the disk of the build, which is a real one; not on a tmpfs."""
    directory = pathlib.Path(os.environ.get("CLIENTS_WORK", "target/clients")).absolute()
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def temporary_directory(purpose):
    return pathlib.Path(tempfile.mkdtemp(prefix=f"run-{purpose}-", dir=work_directory()))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """One server on one data directory, which outlives the process: `start` again after `kill`."""

    def __init__(self, settings=()):
        self.directory = temporary_directory("server")
        self.port = free_port()
        self.admin_port = free_port()
        self.access_key = "LARDERTESTKEY" + secrets.token_hex(4).upper()
        self.secret_key = secrets.token_urlsafe(30)
        self.settings = list(settings)
        self.process = None

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def admin_endpoint(self):
        return f"http://127.0.0.1:{self.admin_port}"

    @property
    def log_path(self):
        return self.directory / "server.log"

    def environment(self):
        """The caller's environment, without settings of ours that it may hold, and the keys."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LARDER_")}
        kept["LARDER_ROOT_ACCESS_KEY"] = self.access_key
        kept["LARDER_ROOT_SECRET_KEY"] = self.secret_key
        return kept

    def start(self):
        """Starts the server and returns the seconds until it was ready."""
        program = os.environ.get("CLIENTS_SERVER", "target/release/larder")
        command = [program, "serve", "--data", str(self.directory / "data")]
        command += ["--listen", f"127.0.0.1:{self.port}"]
        command += ["--admin-listen", f"127.0.0.1:{self.admin_port}", *self.settings]
        began = time.monotonic()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment()
            )
        while time.monotonic() < began + READY_SECONDS_MAX:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended at its start:\n{self.log_tail()}")
            if self.is_ready():
                return time.monotonic() - began
            time.sleep(0.005)
        raise AssertionError(f"not ready after {READY_SECONDS_MAX} s:\n{self.log_tail()}")

    def is_ready(self):
        connection = self.connection()
        try:
            connection.request("GET", "/_/health/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        """Asks the server to stop and returns its exit code."""
        if not self.is_running():
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"still running {STOP_SECONDS_MAX} s after SIGTERM") from None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def rss_bytes(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("the kernel does not say how much memory the server holds")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def log(self):
        return self.log_path.read_text(errors="replace")

    def log_tail(self):
        return "\n".join(self.log().splitlines()[-30:])

    def remove(self):
        shutil.rmtree(self.directory, ignore_errors=True)


class TlsServer(Server):
    """A server that speaks TLS with a `certificate` of its own making, which clients can trust."""

    def __init__(self, settings=()):
        super().__init__(settings)
        key, self.certificate = self.directory / "key.pem", self.directory / "certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
            + ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", key]
            + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", self.certificate],
            capture_output=True,
            check=True,
        )
        self.settings += ["--tls-cert", str(self.certificate), "--tls-key", str(key)]

    @property
    def endpoint(self):
        return f"https://127.0.0.1:{self.port}"

    def connection(self):
        trusted = ssl.create_default_context(cafile=self.certificate)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=2, context=trusted)


class Remote:
    """A server that someone else started, for working on the tests themselves."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.port = int(endpoint.rsplit(":", 1)[1])
        self.access_key = os.environ.get("LARDER_TEST_ACCESS_KEY", "testing")
        self.secret_key = os.environ.get("LARDER_TEST_SECRET_KEY", "testing")
