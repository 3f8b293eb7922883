//! The open connections of a port.

use std::collections::BTreeMap;
use std::mem;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use super::connection::serve;
use super::desk::{Desk, Link};
use super::record::lock;
use crate::tls::Acceptor;

/// The connections of a port that are open.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    links: BTreeMap<u64, (Arc<Link>, AbortHandle)>,
}

/// Serves a listener until the task is aborted; with an acceptor, what begins like TLS is TLS.
pub(crate) async fn accept<D: Desk + 'static>(
    listener: TcpListener,
    desk: Arc<D>,
    connections: Arc<Connections>,
    acceptor: Option<Acceptor>,
) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => connections.open(|link| {
                // Without this a delayed acknowledgement costs 40 ms; a socket that cannot do it still works.
                let _ = stream.set_nodelay(true);
                let (desk, connections, acceptor) = (Arc::clone(&desk), Arc::clone(&connections), acceptor.clone());
                tokio::spawn(async move {
                    let parting = Parting { connections: &connections, link: &link };
                    match acceptor {
                        Some(acceptor) => protect(stream, acceptor, &*desk, &link).await,
                        None => serve(stream, &*desk, &link).await,
                    }
                    drop(parting);
                })
                .abort_handle()
            }),
            // Out of descriptors, mostly: some may be free soon.
            Err(_) => {
                if desk.sheds() {
                    connections.end_idle();
                }
                sleep(Duration::from_millis(10)).await;
            }
        }
    }
}

/// The first byte of a handshake (RFC 8446, section 5.1), which no request begins with.
const HANDSHAKE: u8 = 22;

/// Serves a connection at a port that speaks TLS. A client that does not is served as well: whoever asks for the request sees that it came
/// unprotected.
async fn protect<D: Desk>(stream: TcpStream, acceptor: Acceptor, desk: &D, link: &Link) {
    let idle = desk.patience().idle;
    let mut first = [0];
    match timeout(idle, stream.peek(&mut first)).await {
        Ok(Ok(1..)) if first[0] == HANDSHAKE => {
            // A client that turns the certificate down ends the handshake, and that is all there is to it.
            if let Ok(Ok(stream)) = timeout(idle, acceptor.accept(stream)).await {
                link.secure.store(true, Ordering::Relaxed);
                serve(Box::new(stream), desk, link).await;
            }
        }
        Ok(Ok(1..)) => serve(stream, desk, link).await,
        _ => {}
    }
}

/// Takes a connection off the books when its task ends in whatever way.
struct Parting<'a> {
    connections: &'a Connections,
    link: &'a Link,
}

impl Drop for Parting<'_> {
    fn drop(&mut self) {
        lock(&self.connections.open).links.remove(&self.link.id);
    }
}

impl Connections {
    /// Registers a connection; `spawn` starts its task.
    fn open(&self, spawn: impl FnOnce(Arc<Link>) -> AbortHandle) {
        // The lock is held over `spawn`, so that a task that ends at once does not forget before it is known.
        let mut open = lock(&self.open);
        let link = Arc::new(Link::new(open.next));
        open.next += 1;
        let task = spawn(Arc::clone(&link));
        open.links.insert(link.id, (link, task));
    }

    /// Looks at each of them.
    pub(super) fn each(&self, mut look: impl FnMut(&Link)) {
        lock(&self.open).links.values().for_each(|(link, _)| look(link));
    }

    /// Ends those on which a fault is under way.
    pub(super) fn end_faulty(&self) {
        lock(&self.open).links.retain(|_, (link, task)| {
            let stays = !link.faulty.load(Ordering::Relaxed);
            if !stays {
                task.abort();
            }
            stays
        });
    }

    /// Ends the oldest hundredth of those that wait for a request.
    fn end_idle(&self) {
        let mut open = lock(&self.open);
        let mut left = open.links.len() / 100 + 1;
        open.links.retain(|_, (link, task)| {
            let stays = left == 0 || link.busy.load(Ordering::Relaxed) || !lock(&link.buffer).is_empty();
            if !stays {
                left -= 1;
                task.abort();
            }
            stays
        });
    }

    /// Whether an answer is under way on any of them.
    pub(crate) fn are_busy(&self) -> bool {
        lock(&self.open).links.values().any(|(link, _)| link.busy.load(Ordering::Relaxed))
    }

    /// Ends them all.
    pub(crate) fn close(&self) {
        for (_, task) in mem::take(&mut lock(&self.open).links).into_values() {
            task.abort();
        }
    }
}
