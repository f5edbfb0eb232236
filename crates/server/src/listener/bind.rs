//! Addresses to listen on.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpSocket};

/// Connections that the system holds until we accept them; it may allow fewer. A client whose
/// connection finds no place tries again only after a second.
const BACKLOG: u32 = 4096;

/// A listener and the address that it got.
pub(crate) struct Bound {
    pub(crate) listener: TcpListener,
    pub(crate) address: SocketAddr,
}

/// Binds every address; port 0 takes a free one. An error names `flag`, by which another address
/// is chosen. Needs the runtime entered.
pub(crate) fn listen(addresses: &[SocketAddr], flag: &str) -> Result<Vec<Bound>, String> {
    let bind = |address: &SocketAddr| {
        bind(*address).map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => format!(
                "{address} is in use by another process; stop it or choose another {flag} address"
            ),
            _ => format!("cannot listen on {address}: {error}; choose another {flag} address"),
        })
    };
    addresses.iter().map(bind).collect()
}

/// Binds the admin addresses. One that nobody asked for may be taken, by a second server on the
/// machine or by something else: that is said, and no reason not to serve.
pub(crate) fn listen_admin(addresses: &[SocketAddr], asked: bool) -> Result<Vec<Bound>, String> {
    match listen(addresses, "--admin-listen") {
        Err(error) if !asked => {
            log::warn!("no admin listener, and so no metrics: {error}, or say --admin-listen off");
            Ok(Vec::new())
        }
        bound => bound,
    }
}

fn bind(address: SocketAddr) -> io::Result<Bound> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restart need not wait for the old connections' last packets.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    let listener = socket.listen(BACKLOG)?;
    let address = listener.local_addr()?;
    Ok(Bound { listener, address })
}

#[cfg(test)]
mod tests {
    use super::{listen, listen_admin};

    #[tokio::test]
    async fn only_an_admin_address_that_nobody_asked_for_may_be_taken() {
        let any = ["127.0.0.1:0".parse().unwrap()];
        let first = listen(&any, "--listen").unwrap();
        assert_ne!(first[0].address.port(), 0);
        let taken = [first[0].address];
        assert!(listen_admin(&taken, false).unwrap().is_empty());
        for refused in [listen_admin(&taken, true), listen(&taken, "--admin-listen")] {
            let Err(error) = refused else { panic!("{taken:?} was free") };
            assert!(error.contains("choose another --admin-listen address"), "{error}");
        }
        assert_eq!(listen_admin(&any, false).unwrap().len(), 1);
        assert!(listen_admin(&[], true).unwrap().is_empty());
    }
}
