//! What a lane's client meets: the tap, or the fake on a user's own wiremock server.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use tokio::net::TcpSocket;

use crate::case::Certificate;
use crate::error::Error;
use crate::fake::Fake;
use crate::tap::{Answers, Exchange, Fate, Tap, render};
use crate::tls::Authority;

/// How answers reach the client, for a whole run.
#[derive(Debug, Clone, Default)]
pub enum Carrier {
    /// Our own listener: raw bytes and broken connections.
    #[default]
    Tap,
    /// The fake on a wiremock server. What needs raw bytes or broken connections stays untested.
    Wiremock(Fake),
}

impl Carrier {
    /// Whether it keeps raw bytes and can break connections.
    pub(super) fn is_raw(&self) -> bool {
        matches!(self, Carrier::Tap)
    }
}

/// What one lane's client meets.
pub(super) enum Ground {
    Tap {
        tap: Tap,
        /// Another origin, for redirects.
        foreign: Tap,
        /// Ports of the tap that speak TLS, once they are needed.
        secure: Option<Box<Secure>>,
        /// A port that is ours and that nobody listens at: held, so that no other program comes to listen there.
        nowhere: TcpSocket,
    },
    Wiremock {
        fake: Fake,
        opened: Instant,
    },
}

impl Ground {
    pub(super) fn open(carrier: &Carrier) -> Result<Ground, Error> {
        Ok(match carrier {
            Carrier::Tap => Ground::Tap {
                tap: Tap::open().map_err(no_port)?,
                foreign: Tap::open().map_err(no_port)?,
                secure: None,
                nowhere: held().map_err(no_port)?,
            },
            Carrier::Wiremock(fake) => Ground::Wiremock { fake: fake.clone(), opened: Instant::now() },
        })
    }

    pub(super) fn endpoint(&self) -> String {
        match self {
            Ground::Tap { tap, .. } => tap.endpoint(),
            Ground::Wiremock { fake, .. } => fake.address().to_owned(),
        }
    }

    /// Opens the ports that speak TLS, unless they are open.
    pub(super) fn protect(&mut self) -> Result<(), Error> {
        if let Ground::Tap { tap, secure: secure @ None, .. } = self {
            *secure = Some(Box::new(Secure::open(tap)?));
        }
        Ok(())
    }

    /// The ports that speak TLS, if they are open.
    pub(super) fn secure(&self) -> Option<&Secure> {
        match self {
            Ground::Tap { secure, .. } => secure.as_deref(),
            Ground::Wiremock { .. } => None,
        }
    }

    /// An endpoint that nobody listens at.
    pub(super) fn nowhere(&self) -> String {
        match self {
            Ground::Tap { nowhere, .. } => {
                format!("http://{}", nowhere.local_addr().expect("a bound socket has an address"))
            }
            Ground::Wiremock { .. } => "http://127.0.0.1:9".into(),
        }
    }

    /// Another origin.
    pub(super) fn foreign_endpoint(&self) -> String {
        match self {
            Ground::Tap { foreign, .. } => foreign.endpoint(),
            Ground::Wiremock { .. } => self.nowhere(),
        }
    }

    /// Opens a step: requests get these answers.
    pub(super) fn begin(&self, answers: Answers) {
        match self {
            Ground::Tap { tap, .. } => tap.begin(answers),
            Ground::Wiremock { fake, .. } => fake.follow(Some(answers)),
        }
    }

    /// What the step received so far.
    pub(super) fn take(&self) -> Vec<Exchange> {
        match self {
            Ground::Tap { tap, .. } => tap.take(),
            Ground::Wiremock { fake, opened, .. } => fake
                .taken()
                .into_iter()
                .map(|received| Exchange {
                    sent: render(&received.serve.answer, true),
                    sent_total: 0,
                    request: Ok(received.request),
                    connection: 0,
                    reused: false,
                    secure: false,
                    at: received.at.saturating_duration_since(*opened),
                    answered: received.nth,
                    serve: received.serve,
                    fate: Fate::Answered,
                })
                .collect(),
        }
    }

    /// Closes the step.
    pub(super) fn end(&self) {
        match self {
            Ground::Tap { tap, .. } => tap.end(),
            Ground::Wiremock { fake, .. } => fake.follow(None),
        }
    }

    /// What came outside a step.
    pub(super) fn strays(&self) -> Vec<Exchange> {
        match self {
            Ground::Tap { tap, .. } => tap.strays(),
            Ground::Wiremock { .. } => self.take(),
        }
    }

    /// What came to the other origin.
    pub(super) fn foreign_strays(&self) -> Vec<Exchange> {
        match self {
            Ground::Tap { foreign, .. } => foreign.strays(),
            Ground::Wiremock { .. } => Vec::new(),
        }
    }

    /// Gives up requests that are not all there.
    pub(super) fn hurry(&self) {
        if let Ground::Tap { tap, .. } = self {
            tap.hurry();
        }
    }

    /// Ends connections on which a fault is under way.
    pub(super) fn reset_connections(&self) {
        if let Ground::Tap { tap, .. } = self {
            tap.reset_connections();
        }
    }
}

/// Ports that each show another certificate.
pub(super) struct Secure {
    authority: Authority,
    endpoints: [String; Certificate::ALL.len()],
}

impl Secure {
    fn open(tap: &mut Tap) -> Result<Secure, Error> {
        let authority = Authority::temporary(&std::env::temp_dir(), &["127.0.0.1", "localhost"])?;
        let mut endpoints = <[String; Certificate::ALL.len()]>::default();
        for certificate in Certificate::ALL {
            endpoints[certificate as usize] = tap.secure(&authority, certificate).map_err(no_port)?;
        }
        Ok(Secure { authority, endpoints })
    }

    /// The endpoint that shows this certificate.
    pub(super) fn endpoint(&self, certificate: Certificate) -> String {
        self.endpoints[certificate as usize].clone()
    }

    /// The file that clients are told to trust.
    pub(super) fn file(&self) -> String {
        self.authority.file().display().to_string()
    }
}

fn no_port(e: io::Error) -> Error {
    Error::internal("cannot open a port on the loopback interface").because(e)
}

/// A socket that is bound and does not listen: a connection to it is refused.
fn held() -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    Ok(socket)
}
