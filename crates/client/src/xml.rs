//! As much XML as the answers under test have: elements without attributes that matter.

/// The text of the first element `name`, entities resolved.
pub fn text(xml: &str, name: &str) -> Option<String> {
    elements(xml, name).next().map(unescape)
}

/// What stands inside each element `name`, as it is. Elements of one name do not nest.
pub fn elements<'a>(xml: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut rest = xml;
    std::iter::from_fn(move || {
        loop {
            rest = &rest[rest.find(&open)? + open.len()..];
            let whole_name = rest.starts_with(['>', ' ', '/']);
            let end = rest.find('>')?;
            if !whole_name {
                continue;
            }
            if rest[..end].ends_with('/') {
                rest = &rest[end + 1..];
                return Some("");
            }
            let inside = &rest[end + 1..];
            let length = inside.find(&close)?;
            rest = &inside[length + close.len()..];
            return Some(&inside[..length]);
        }
    })
}

fn unescape(text: &str) -> String {
    let entities =
        [("&quot;", "\""), ("&#34;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::{elements, text};

    #[test]
    fn elements_of_one_name() {
        let page = "<R><Key>a</Key><KeyCount>2</KeyCount><Key>b&amp;c</Key><Key/></R>";
        assert_eq!(elements(page, "Key").collect::<Vec<_>>(), ["a", "b&amp;c", ""]);
        assert_eq!(text(page, "KeyCount").as_deref(), Some("2"));
        assert_eq!(text("<K>&quot;x&quot;</K>", "K").as_deref(), Some("\"x\""));
    }
}
