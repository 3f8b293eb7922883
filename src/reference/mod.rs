//! An honest client in Rust, and its seeded defects.

mod answer;
mod clean;
mod connection;
mod defect;
mod flaw;
mod object;
mod request;
mod retry;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use clean::variations;
pub use defect::{Defect, Page, defects, find};

use crate::driver::{BoxFuture, Call, Client, ClientError, ErrorKind, Hello, Named, Reply, Target};
use flaw::Flaw;
use object::Object;

/// Objects kept; those that no call uses are forgotten beyond it.
const MAX_OBJECTS: usize = 256;

/// A generic client of RPC-style APIs: it calls whatever operation it is asked to, signs with V3, posts a form,
/// keeps connections alive, retries nothing but throttling and only when told how often, and follows no redirect.
///
/// With a [`Defect`] it does one thing wrong. `fineprint selftest` holds each of them to the page, to prove that
/// the rules notice.
#[derive(Debug)]
pub struct Reference {
    flaw: Arc<Flaw>,
    objects: Mutex<BTreeMap<String, Arc<Object>>>,
}

impl Reference {
    /// The honest client, or one with a defect.
    pub fn new(defect: Option<Defect>) -> Reference {
        Reference { flaw: Arc::new(Flaw::new(defect)), objects: Mutex::default() }
    }

    /// The client object of that key; made when it is first named, as a user's program would.
    fn object(&self, target: &Target) -> Arc<Object> {
        let mut objects = lock(&self.objects);
        if let Some(object) = objects.get(&target.key) {
            return Arc::clone(object);
        }
        if objects.len() >= MAX_OBJECTS {
            objects.retain(|_, object| Arc::strong_count(object) > 1);
        }
        let object = Arc::new(Object::new(self.flaw.target(target.clone()), self.flaw.trust()));
        objects.insert(target.key.clone(), Arc::clone(&object));
        object
    }
}

impl Client for Reference {
    fn call<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Reply> {
        let object = self.object(&call.client);
        Box::pin(retry::call(&self.flaw, object, call))
    }

    fn cancel(&self, call: &Call) {
        self.object(&call.client).cancel(&call.params);
    }

    fn hello(&self) -> Hello {
        let named = |name: &str| Named {
            name: name.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            runtime: BTreeMap::new(),
        };
        self.flaw.hello(Hello {
            driver: named("in-process"),
            client: named("reference"),
            operations: None,
            max_in_flight: 4,
            can: ["null", "headers", "retries", "cause", "cancel", "token", "ca"].map(String::from).to_vec(),
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An error of our own making, without an answer behind it.
fn raised(kind: ErrorKind, why: impl Into<String>) -> ClientError {
    let why = why.into();
    let class = match kind {
        ErrorKind::Service => "ServiceError",
        ErrorKind::Validation => "ValidationError",
        ErrorKind::Decode => "DecodeError",
        ErrorKind::Timeout => "TimeoutError",
        ErrorKind::Transport => "TransportError",
        ErrorKind::Cancelled | ErrorKind::Other => "Error",
    };
    ClientError {
        kind,
        class: Some(class.into()),
        message: Some(why.clone().into()),
        text: Some(why),
        ..ClientError::default()
    }
}
