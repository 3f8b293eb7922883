//! A run inside a Rust test, over the test's own wiremock server.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::{Carrier, Choice, Run, Stop};
use crate::contract::Contract;
use crate::driver::{BoxFuture, Call, Client, Hello, Reply, Source};
use crate::error::Error;
use crate::extract::{Input, read};
use crate::fake::{Fake, MockServer};
use crate::outcome::Outcome;

/// Holds a client, given as an async closure, to every clause that a wiremock server can put to the test.
///
/// The run has a thread of its own; the closure runs on the test's runtime, so that what belongs to it keeps working.
/// Clauses that need raw bytes or a broken connection are *untested: needs the tap*; `fineprint check` has them.
///
/// ```
/// use fineprint::{Call, Suite};
/// # use fineprint::{Client as _, Reply, reference::Reference};
/// # async fn my_sdk(call: Call) -> Reply { Reference::new(None).call(&call).await }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let page = std::fs::read_to_string("fixtures/pages/create-image-by-instance.txt").expect("the page is there");
///
/// let server = wiremock::MockServer::start().await;
/// let outcome = Suite::of_page("page.txt", &page)
///     .clauses("*/error/400:Image.NotExist/*") // leave it out for everything
///     .run(&server, |call: Call| async move { my_sdk(call).await })
///     .await;
/// outcome.assert_kept();
/// # }
/// ```
///
/// A closure that blocks its thread for ever cannot be given up; one that awaits for ever is a verdict.
#[derive(Debug, Clone)]
pub struct Suite {
    contract: Arc<Contract>,
    choice: Choice,
}

impl Suite {
    /// Of a contract that was read already.
    pub fn new(contract: impl Into<Arc<Contract>>) -> Suite {
        Suite { contract: contract.into(), choice: Choice::default() }
    }

    /// Of a page's text; the name is what messages call it.
    pub fn of_page(name: &str, text: &str) -> Suite {
        Suite::new(read(&[Input { name, text }]))
    }

    /// Only this operation, or also this one.
    pub fn operation(mut self, name: impl Into<String>) -> Suite {
        self.choice.operations.push(name.into());
        self
    }

    /// Only clauses that fit this glob, or also these.
    pub fn clauses(mut self, glob: impl Into<String>) -> Suite {
        self.choice.clauses.push(glob.into());
        self
    }

    /// Draws every case from this seed.
    pub fn seed(mut self, seed: u64) -> Suite {
        self.choice.seed = seed;
        self
    }

    /// Draws this many random calls beside the planned ones.
    pub fn random(mut self, calls: usize) -> Suite {
        self.choice.random = calls;
        self
    }

    /// Puts every combination of so many parameters' values to the test.
    pub fn strength(mut self, strength: usize) -> Suite {
        self.choice.strength = strength;
        self
    }

    /// The contract that it holds clients to.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// Runs all cases over the server and tells what came of them. The user's own mocks on it stay, and answer all that is not
    /// the run's own; a run that is no longer waited for ends.
    ///
    /// A run that cannot begin, such as one of a page without an operation, comes to an outcome whose notes say why.
    pub async fn run(&self, server: &MockServer, client: impl Client + 'static) -> Outcome {
        let fake = Fake::mount_for_run(Arc::clone(&self.contract), server).await;
        let client: Arc<dyn Client> = Arc::new(OnRuntime { handle: Handle::current(), client: Arc::new(client) });
        let stop = Arc::new(Stop::default());
        let run = Run {
            carrier: Carrier::Wiremock(fake.clone()),
            choice: self.choice.clone(),
            stop: Arc::clone(&stop),
            ..Run::new(Arc::clone(&self.contract), Source::Here(client))
        };
        let _given_up = RingOnDrop(stop);
        let (tell, told) = oneshot::channel();
        std::thread::spawn(move || {
            let ended = {
                let _over = RetireOnDrop(fake);
                run.outcome()
            };
            // A test that was given up waits no longer.
            let _ = tell.send(ended);
        });
        let ended = told.await.unwrap_or_else(|_| Err(Error::internal("the run's thread ended by itself")));
        ended.unwrap_or_else(|error| Outcome { notes: vec![error.to_string()], ..Outcome::default() })
    }
}

/// Ends the run of a test that waits for it no longer.
struct RingOnDrop(Arc<Stop>);

impl Drop for RingOnDrop {
    fn drop(&mut self) {
        self.0.ring();
    }
}

/// Gives the server back, however the run ends.
struct RetireOnDrop(Fake);

impl Drop for RetireOnDrop {
    fn drop(&mut self) {
        self.0.retire();
    }
}

/// A client whose calls run on the runtime of the test.
struct OnRuntime {
    handle: Handle,
    client: Arc<dyn Client>,
}

impl Client for OnRuntime {
    fn call<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Reply> {
        let (client, call) = (Arc::clone(&self.client), call.clone());
        Box::pin(async move {
            // A set, not a handle: a call that is past its deadline is dropped, and must not go on and disturb the next.
            let mut task = JoinSet::new();
            task.spawn_on(async move { client.call(&call).await }, &self.handle);
            match task.join_next().await {
                Some(Ok(reply)) => reply,
                Some(Err(why)) if why.is_panic() => std::panic::resume_unwind(why.into_panic()),
                Some(Err(_)) | None => Reply::DriverError("the test's runtime has ended".into()),
            }
        })
    }

    fn hello(&self) -> Hello {
        self.client.hello()
    }
}
