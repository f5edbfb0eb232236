use super::answer::Reading;
use super::xml;

#[test]
fn answers_in_pieces() {
    let whole = b"HTTP/1.1 200 OK\r\nETag: \"a\"\r\ncontent-length: 3\r\n\r\nabc";
    let mut reading = Reading::new(false);
    for byte in &whole[..whole.len() - 1] {
        assert_eq!(reading.add(&[*byte]), Ok(None));
    }
    let answer = reading.add(b"c").unwrap().unwrap();
    assert_eq!((answer.status, answer.etag().as_str(), &answer.body[..]), (200, "a", &b"abc"[..]));
}

#[test]
fn chunked_answers() {
    let mut reading = Reading::new(false);
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    assert_eq!(reading.add(head), Ok(None));
    assert_eq!(reading.add(b"3\r\nabc\r\n2\r\nde\r\n0\r\n"), Ok(None));
    assert_eq!(reading.add(b"\r\n").unwrap().unwrap().body, b"abcde");
}

#[test]
fn elements_of_one_name() {
    let page = "<R><Key>a</Key><KeyCount>2</KeyCount><Key>b&amp;c</Key><Key/></R>";
    assert_eq!(xml::elements(page, "Key").collect::<Vec<_>>(), ["a", "b&amp;c", ""]);
    assert_eq!(xml::text(page, "KeyCount").as_deref(), Some("2"));
    assert_eq!(xml::text("<K>&quot;x&quot;</K>", "K").as_deref(), Some("\"x\""));
}
