//! Signed request heads.

use crate::machine;
use crate::plan::Plan;
use larder_client::EMPTY_SHA256;
use larder_digest::{HmacSha256Key, sha256};
use larder_s3_wire::auth::{ALGORITHM_V4, derive_signing_key};
use larder_types::{Timestamp, hex};

/// A request before it is signed.
pub(crate) struct Request<'a> {
    pub(crate) method: &'static str,
    /// Path and query as SigV4 wants them: encoded, the parameters in order, each with its `=`.
    pub(crate) target: String,
    /// The body's SHA-256 in hex, or the word for an unsigned one.
    pub(crate) payload: &'a str,
    pub(crate) body: &'a [u8],
    /// `content-md5`, which DeleteObjects wants.
    pub(crate) md5: Option<String>,
}

impl Request<'_> {
    /// Without a body.
    pub(crate) fn bare(method: &'static str, target: String) -> Self {
        Self { method, target, payload: EMPTY_SHA256, body: &[], md5: None }
    }
}

/// Writes signed heads (SigV4). All their headers are its own, so that nothing is sorted or looked
/// up, and the key of a day is derived once.
pub(crate) struct HeadWriter {
    host: String,
    second: u64,
    amz_date: String,
    scope: String,
    key: HmacSha256Key,
    canonical: String,
}

impl HeadWriter {
    pub(crate) fn new(host: &str) -> Self {
        Self {
            host: host.to_owned(),
            second: 0,
            amz_date: String::new(),
            scope: String::new(),
            key: HmacSha256Key::new(&[]),
            canonical: String::new(),
        }
    }

    /// Writes the signed head of `request` to `out`.
    pub(crate) fn write(&mut self, out: &mut Vec<u8>, plan: &Plan, request: &Request<'_>) {
        self.keep_time(plan);
        let md5 = request.md5.as_deref();
        let signed = match md5 {
            Some(_) => "content-md5;host;x-amz-content-sha256;x-amz-date",
            None => "host;x-amz-content-sha256;x-amz-date",
        };
        let signature = self.sign(request, signed);
        let mut put = |pieces: &[&str]| {
            pieces.iter().for_each(|piece| out.extend_from_slice(piece.as_bytes()));
        };
        put(&[request.method, " ", &request.target, " HTTP/1.1\r\nhost: ", &self.host]);
        put(&["\r\nx-amz-date: ", &self.amz_date, "\r\nx-amz-content-sha256: ", request.payload]);
        if let Some(md5) = md5 {
            put(&["\r\ncontent-md5: ", md5]);
        }
        if matches!(request.method, "PUT" | "POST") {
            put(&["\r\ncontent-length: ", &request.body.len().to_string()]);
        }
        put(&["\r\nauthorization: ", ALGORITHM_V4, " Credential=", &plan.access_key, "/"]);
        put(&[&self.scope, ",SignedHeaders=", signed, ",Signature=", &signature, "\r\n\r\n"]);
    }

    fn sign(&mut self, request: &Request<'_>, signed: &str) -> String {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let text = &mut self.canonical;
        let mut put = |pieces: &[&str]| pieces.iter().for_each(|piece| text.push_str(piece));
        put(&[request.method, "\n", path, "\n", query, "\n"]);
        if let Some(md5) = &request.md5 {
            put(&["content-md5:", md5, "\n"]);
        }
        put(&["host:", &self.host, "\nx-amz-content-sha256:", request.payload]);
        put(&["\nx-amz-date:", &self.amz_date, "\n\n", signed, "\n", request.payload]);
        let hash = hex::encode(&sha256(text.as_bytes()));
        text.clear();
        let mut put = |pieces: &[&str]| pieces.iter().for_each(|piece| text.push_str(piece));
        put(&[ALGORITHM_V4, "\n", &self.amz_date, "\n", &self.scope, "\n", &hash]);
        let signature = hex::encode(&self.key.sign(text.as_bytes()));
        text.clear();
        signature
    }

    fn keep_time(&mut self, plan: &Plan) {
        let now = machine::since_epoch();
        if now.as_secs() == self.second {
            return;
        }
        self.second = now.as_secs();
        self.amz_date = Timestamp::from_seconds(now.as_secs().cast_signed()).to_amz_date();
        let scope = format!("{}/{}/s3/aws4_request", &self.amz_date[..8], plan.region);
        if scope != self.scope {
            self.key = derive_signing_key(&plan.secret_key, &scope);
            self.scope = scope;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EMPTY_SHA256, HeadWriter, Request};
    use crate::plan::tests::plan;
    use larder_s3_wire::signer::Signer;
    use larder_types::Timestamp;

    /// The request line and the headers in no order.
    fn lines(head: &str) -> Vec<&str> {
        let mut lines: Vec<&str> = head.lines().collect();
        lines[1..].sort_unstable();
        lines
    }

    /// Written and signed as by the client that has no precision to care for.
    #[test]
    fn heads_are_those_of_the_general_client() {
        let plan = plan();
        let mut heads = HeadWriter::new("127.0.0.1:9000");
        for (method, target, md5) in [
            ("GET", "/bench/a/00000001", None),
            ("GET", "/bench?list-type=2&max-keys=1000&prefix=a%2F&start-after=a%2Fb", None),
            ("POST", "/bench?delete=", Some("1B2M2Y8AsgTpgAmY7PhCfg==".to_owned())),
        ] {
            let target = target.to_owned();
            let request =
                Request { method, target, payload: EMPTY_SHA256, body: &[], md5: md5.clone() };
            let mut head = Vec::new();
            heads.write(&mut head, &plan, &request);
            let head = String::from_utf8(head).unwrap();
            let value = |name: &str| {
                let line = head.lines().find_map(|line| line.strip_prefix(name));
                line.map(|value| value.trim_start_matches(": ").to_owned())
            };
            let date = value("x-amz-date").unwrap();
            let signer = Signer {
                access_key: &plan.access_key,
                secret: &plan.secret_key,
                session_token: None,
                region: &plan.region,
                service: "s3",
                now: Timestamp::parse_amz_date(&date).unwrap(),
            };
            let mut general = larder_client::Request::new(method, &request.target);
            if let Some(md5) = &md5 {
                general = general.header("content-md5", md5);
            }
            let general = general.signed_head("127.0.0.1:9000", &signer, EMPTY_SHA256);
            let general = String::from_utf8(general).unwrap();
            assert_eq!(lines(&head), lines(&general));
            assert_eq!(value("content-length").is_some(), method == "POST");
            assert!(head.ends_with("\r\n\r\n") && !head.trim_end().contains("\r\n\r\n"));
        }
    }
}
