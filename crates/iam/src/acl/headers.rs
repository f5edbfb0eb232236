//! The headers `x-amz-grant-*`: `id="...", emailAddress="...", uri="..."`.

use super::Group;

/// A grantee as a request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GranteeName {
    /// The canonical user id of an account.
    Id(String),
    /// The e-mail address of an account.
    Email(String),
    /// A group, by its URI.
    Group(Group),
}

/// Why a header names no grantees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidGrantees {
    /// It is not of that form.
    Format,
    /// There is no group of this URI.
    Group(String),
}

/// Reads the grantees of a header. Values may be quoted, and names have no case.
pub fn grantees_of_header(value: &str) -> Result<Vec<GranteeName>, InvalidGrantees> {
    let mut names = Vec::new();
    for part in value.split(',') {
        let (kind, name) = part.split_once('=').ok_or(InvalidGrantees::Format)?;
        let name = unquoted(name.trim()).filter(|name| !name.is_empty());
        let name = name.ok_or(InvalidGrantees::Format)?;
        names.push(match kind.trim().to_ascii_lowercase().as_str() {
            "id" => GranteeName::Id(name.to_owned()),
            "emailaddress" => GranteeName::Email(name.to_owned()),
            "uri" => {
                let group = Group::of_uri(name);
                GranteeName::Group(group.ok_or_else(|| InvalidGrantees::Group(name.to_owned()))?)
            }
            _ => return Err(InvalidGrantees::Format),
        });
    }
    Ok(names)
}

/// The text without its quotes; `None` when one of the two is missing.
fn unquoted(text: &str) -> Option<&str> {
    let inner = match (text.strip_prefix('"'), text.strip_suffix('"')) {
        (Some(_), Some(_)) if text.len() >= 2 => &text[1..text.len() - 1],
        (None, None) => text,
        _ => return None,
    };
    (!inner.contains('"')).then_some(inner)
}
