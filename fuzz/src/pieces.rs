//! One body as it may arrive: in one piece, byte by byte, in pieces of changing sizes.

use bytes::Bytes;

/// Largest of the pieces of changing sizes, in bytes.
const PIECE_BYTES_MAX: usize = 40;

/// The ways in which `body` may arrive. Its own bytes choose the changing sizes.
pub fn arrivals(body: &[u8]) -> [Vec<Bytes>; 3] {
    let whole = Bytes::copy_from_slice(body);
    let mut pieces = Vec::new();
    let mut rest = whole.clone();
    let mut state = body.len();
    while !rest.is_empty() {
        state = state.wrapping_mul(31).wrapping_add(usize::from(rest[0]));
        let piece = 1 + state % PIECE_BYTES_MAX;
        pieces.push(rest.split_to(piece.min(rest.len())));
    }
    let bytes = (0..whole.len()).map(|at| whole.slice(at..at + 1)).collect();
    [vec![whole], bytes, pieces]
}
