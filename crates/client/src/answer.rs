//! A whole answer.

/// A whole answer: status, head and body, the body without the frames of its chunks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The status line and the headers as they came, with `\n` behind each.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let value = |line: &'_ str| {
            let (known, _) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then_some(known.len() + 1)
        };
        self.head.lines().skip(1).find_map(|line| Some(line[value(line)?..].trim()))
    }

    /// The ETag without its quotes; empty when there is none.
    pub fn etag(&self) -> String {
        self.header("etag").unwrap_or_default().trim_matches('"').to_owned()
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body for people: what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn headers_by_name() {
        let head = "HTTP/1.1 200 OK\nETag: \"a\"\nx-amz-version-id:  b \n".to_owned();
        let answer = Answer { status: 200, head, body: b"x".to_vec() };
        assert_eq!((answer.etag().as_str(), answer.header("x-amz-version-id")), ("a", Some("b")));
        assert_eq!((answer.header("http/1.1 200 ok"), answer.header("x")), (None, None));
        assert!(answer.is_success() && answer.text() == "x");
    }
}
