//! Row addresses as index keys, in an encoding that keeps their order.
//!
//! ```text
//! row:      kind, space (big-endian), escaped key, 00 01, suffix
//! queue:    kind, escaped suffix, 00 01, space (big-endian), key
//! internal: 00, name
//! ```
//!
//! A byte 00 is escaped as 00 FF; 00 01 ends the escaped part and sorts before everything that
//! could follow in a longer one.

use bytes::Bytes;
use larder_storage::{RowKey, RowKind, SpaceId};

const ESCAPE: u8 = 0xff;
const END: [u8; 2] = [0, 1];

/// The key of an engine-internal row.
pub fn internal(name: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + name.len());
    key.push(0);
    key.extend_from_slice(name);
    key
}

/// The key of the engine's own row that says a blob is named by some row.
pub fn adopted(id: u64) -> Vec<u8> {
    let mut name = vec![b'b'];
    name.extend_from_slice(&id.to_be_bytes());
    internal(&name)
}

/// The key of a row.
pub fn encode(row: &RowKey) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + row.key.len() + row.suffix.len());
    out.push(row.kind as u8);
    if row.kind.is_queue() {
        escape(&row.suffix, &mut out);
        out.extend_from_slice(&END);
        out.extend_from_slice(&row.space.0.to_be_bytes());
        out.extend_from_slice(&row.key);
    } else {
        out.extend_from_slice(&row.space.0.to_be_bytes());
        escape(&row.key, &mut out);
        out.extend_from_slice(&END);
        out.extend_from_slice(&row.suffix);
    }
    out
}

/// Where the rows of a kind begin in a space at or after `key`, without the end of the escaped
/// part: also the prefix of all keys that begin with `key`.
pub(crate) fn prefix(kind: RowKind, space: SpaceId, key: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + key.len());
    out.push(kind as u8);
    out.extend_from_slice(&space.0.to_be_bytes());
    escape(key, &mut out);
    out
}

/// Where the rows of a queue begin at or after `suffix`.
pub(crate) fn queue_from(kind: RowKind, suffix: &[u8]) -> Vec<u8> {
    let mut out = vec![kind as u8];
    escape(suffix, &mut out);
    out
}

/// The row of a key made by [`encode`]; `None` for anything else.
pub(crate) fn decode(key: &[u8]) -> Option<RowKey> {
    let (kind, rest) = key.split_first()?;
    let kind = RowKind::from_code(*kind)?;
    if kind.is_queue() {
        let (suffix, rest) = unescape(rest)?;
        let (space, key) = rest.split_at_checked(8)?;
        let space = SpaceId(u64::from_be_bytes(space.try_into().ok()?));
        return Some(RowKey { space, kind, key: Bytes::copy_from_slice(key), suffix });
    }
    let (space, rest) = rest.split_at_checked(8)?;
    let space = SpaceId(u64::from_be_bytes(space.try_into().ok()?));
    let (key, suffix) = unescape(rest)?;
    Some(RowKey { space, kind, key, suffix: Bytes::copy_from_slice(suffix) })
}

/// Splits the part behind kind and space into the key, unescaped into `buffer` only when it holds
/// a 00, and the suffix.
pub(crate) fn split_row<'a>(
    rest: &'a [u8],
    buffer: &'a mut Vec<u8>,
) -> Option<(&'a [u8], &'a [u8])> {
    let at = rest.iter().position(|b| *b == 0)?;
    if rest.get(at + 1) == Some(&END[1]) {
        return Some((&rest[..at], &rest[at + 2..]));
    }
    buffer.clear();
    let suffix = unescape_into(rest, buffer)?;
    Some((buffer, suffix))
}

fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        out.push(*byte);
        if *byte == 0 {
            out.push(ESCAPE);
        }
    }
}

fn unescape(bytes: &[u8]) -> Option<(Bytes, &[u8])> {
    let mut out = Vec::with_capacity(bytes.len());
    let rest = unescape_into(bytes, &mut out)?;
    Some((out.into(), rest))
}

fn unescape_into<'a>(bytes: &'a [u8], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    let mut rest = bytes;
    loop {
        let at = rest.iter().position(|b| *b == 0)?;
        out.extend_from_slice(&rest[..at]);
        match rest.get(at + 1)? {
            1 => return Some(&rest[at + 2..]),
            &ESCAPE => out.push(0),
            _ => return None,
        }
        rest = &rest[at + 2..];
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, encode, prefix, split_row};
    use larder_storage::{RowKey, RowKind, SpaceId};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    fn row(space: u64, kind: RowKind, key: &[u8], suffix: &[u8]) -> RowKey {
        RowKey::new(SpaceId(space), kind, key.to_vec()).with_suffix(suffix.to_vec())
    }

    proptest! {
        #[test]
        fn round_trip_and_order(
            a in any::<(u64, Vec<u8>, Vec<u8>)>(),
            b in any::<(u64, Vec<u8>, Vec<u8>)>(),
            zeros in 0..4usize,
        ) {
            // Keys that differ only around zero bytes are where escaping goes wrong.
            let mut near = a.1.clone();
            near.extend(std::iter::repeat_n(0, zeros));
            for (space, key, suffix) in [&b, &(a.0, near, b.2.clone())] {
                let (x, y) = (row(a.0, RowKind::Head, &a.1, &a.2),
                              row(*space, RowKind::Head, key, suffix));
                prop_assert_eq!(decode(&encode(&x)), Some(x.clone()));
                let order = (x.space, &x.key, &x.suffix).cmp(&(y.space, &y.key, &y.suffix));
                prop_assert_eq!(encode(&x).cmp(&encode(&y)), order);
                let (x, y) = (row(a.0, RowKind::Gc, &a.1, &a.2),
                              row(*space, RowKind::Gc, key, suffix));
                prop_assert_eq!(decode(&encode(&x)), Some(x.clone()));
                let order = (&x.suffix, x.space, &x.key).cmp(&(&y.suffix, y.space, &y.key));
                prop_assert_eq!(encode(&x).cmp(&encode(&y)), order);
            }
        }

        #[test]
        fn prefix_is_a_prefix(key in any::<Vec<u8>>(), more in any::<Vec<u8>>()) {
            let mut long = key.clone();
            long.extend_from_slice(&more);
            let encoded = encode(&row(7, RowKind::Head, &long, b"s"));
            assert!(encoded.starts_with(&prefix(RowKind::Head, SpaceId(7), &key)));
            let mut buffer = Vec::new();
            prop_assert_eq!(split_row(&encoded[9..], &mut buffer), Some((&long[..], &b"s"[..])));
        }
    }
}
