//! The open connections of a port.

use std::collections::BTreeMap;
use std::mem;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::connection::serve;
use super::desk::{Desk, Link};
use super::record::lock;

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

/// Serves a listener until the task is aborted.
pub(crate) async fn accept<D: Desk + 'static>(listener: TcpListener, desk: Arc<D>, connections: Arc<Connections>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => connections.open(|link| {
                // Without this a delayed acknowledgement costs 40 ms; a socket that cannot do it still works.
                let _ = stream.set_nodelay(true);
                let (desk, connections) = (Arc::clone(&desk), Arc::clone(&connections));
                tokio::spawn(async move {
                    let parting = Parting { connections: &connections, link: &link };
                    serve(stream, &*desk, &link).await;
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
