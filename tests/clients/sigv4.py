"""Just enough of SigV4 to sign the bytes that no client library would send."""

import datetime
import hashlib
import hmac
import urllib.parse

REGION = "us-east-1"
EMPTY = hashlib.sha256(b"").hexdigest()


def timestamp():
    return datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Signed:
    """A request that is signed for `server`; headers are given and kept in lower case."""

    def __init__(self, server, method, path, headers=None, payload_hash=EMPTY):
        self.method = method
        self.target = path
        self.time = timestamp()
        self.headers = {
            "host": f"127.0.0.1:{server.port}",
            "x-amz-date": self.time,
            "x-amz-content-sha256": payload_hash,
            **(headers or {}),
        }
        key = ("AWS4" + server.secret_key).encode()
        for part in (self.time[:8], REGION, "s3", "aws4_request"):
            key = _hmac(key, part)
        self.key = key
        self.scope = f"{self.time[:8]}/{REGION}/s3/aws4_request"
        self.signature = self._sign()
        names = ";".join(sorted(self.headers))
        self.headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={server.access_key}/{self.scope},"
            f"SignedHeaders={names},Signature={self.signature}"
        )

    def _sign(self):
        path, _, query = self.target.partition("?")
        pairs = sorted(urllib.parse.parse_qsl(query, keep_blank_values=True))
        quote = urllib.parse.quote
        query = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in pairs)
        headers = "".join(f"{name}:{self.headers[name]}\n" for name in sorted(self.headers))
        names = ";".join(sorted(self.headers))
        payload = self.headers["x-amz-content-sha256"]
        canonical = "\n".join([self.method, path, query, headers, names, payload])
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        text = "\n".join(["AWS4-HMAC-SHA256", self.time, self.scope, hashed])
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()

    def head(self):
        """The bytes of the request line and the headers."""
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def chunk(self, data):
        """One aws-chunked chunk, signed after the one before."""
        text = "\n".join(
            [
                "AWS4-HMAC-SHA256-PAYLOAD",
                self.time,
                self.scope,
                self.signature,
                EMPTY,
                hashlib.sha256(data).hexdigest(),
            ]
        )
        self.signature = hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()
        return f"{len(data):x};chunk-signature={self.signature}\r\n".encode() + data + b"\r\n"
