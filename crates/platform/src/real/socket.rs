//! A socket in the file system that only we may use.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;

/// Only the user that runs the process may connect.
const SOCKET_MODE: u32 = 0o600;

/// Listens on a socket at `path`, instead of whatever an earlier process left there. The caller
/// makes sure that no other process uses it. Does not block when accepting.
pub fn listen_local(path: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(SOCKET_MODE))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
