//! A socket in the file system that only we may use.

use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};
use std::io;
use std::os::unix::net::UnixListener;
use std::path::Path;

/// Connections that the system holds until we accept them.
const BACKLOG: i32 = 128;

/// Listens on a socket at `path`, instead of whatever an earlier process left there. The caller
/// makes sure that no other process uses it. Does not block when accepting. There is no moment at
/// which another user may connect.
pub fn listen_local(path: &Path) -> io::Result<UnixListener> {
    super::modes::keep_private();
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let address = SocketAddrUnix::new(path)?;
    let socket = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    // Linux gives the file the mode of the socket; elsewhere the umask alone decides.
    #[cfg(target_os = "linux")]
    rustix::fs::fchmod(&socket, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR)?;
    rustix::net::bind(&socket, &address)?;
    rustix::net::listen(&socket, BACKLOG)?;
    let listener = UnixListener::from(socket);
    listener.set_nonblocking(true)?;
    Ok(listener)
}
