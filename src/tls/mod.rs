//! TLS: certificates made on the spot, good ones and bad ones, and the two ends of a connection.

mod authority;
mod key;
mod trust;

pub(crate) use tokio_rustls::TlsAcceptor as Acceptor;
pub(crate) use tokio_rustls::client::TlsStream as ClientStream;
pub(crate) use tokio_rustls::server::TlsStream as ServerStream;

pub use authority::Authority;
pub(crate) use trust::{Trust, connect};
