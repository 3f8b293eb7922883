//! A run inside a Rust test, over the test's own wiremock server.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

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
/// ```no_run
/// # async fn call_my_sdk(_: &fineprint::Call) -> fineprint::Reply { unreachable!() }
/// # async fn example() {
/// let server = wiremock::MockServer::start().await;
/// let outcome = fineprint::Suite::of_page("page.txt", "…the page's text…")
///     .run(&server, |call: fineprint::Call| async move { call_my_sdk(&call).await })
///     .await;
/// outcome.assert_kept();
/// # }
/// ```
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

    /// The contract that it holds clients to.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// Runs all cases over the server and tells what came of them. The user's own mocks on it stay as they are.
    ///
    /// A run that cannot begin, such as one of a page without an operation, comes to an outcome whose notes say why.
    pub async fn run(&self, server: &MockServer, client: impl Client + 'static) -> Outcome {
        let fake = Fake::mount(Arc::clone(&self.contract), server).await;
        let client: Arc<dyn Client> = Arc::new(OnRuntime { handle: Handle::current(), client: Arc::new(client) });
        let run = Run {
            contract: Arc::clone(&self.contract),
            source: Source::Here(client),
            carrier: Carrier::Wiremock(fake),
            choice: self.choice.clone(),
            jobs: 1,
            stop: Arc::new(Stop::default()),
        };
        let (tell, told) = oneshot::channel();
        std::thread::spawn(move || {
            // A test that was given up waits no longer.
            let _ = tell.send(run.outcome());
        });
        let ended = told.await.unwrap_or_else(|_| Err(Error::internal("the run's thread ended by itself")));
        ended.unwrap_or_else(|error| Outcome { notes: vec![error.to_string()], ..Outcome::default() })
    }
}

/// A client whose calls run on the runtime of the test.
struct OnRuntime {
    handle: Handle,
    client: Arc<dyn Client>,
}

impl Client for OnRuntime {
    fn call(&self, call: Call) -> BoxFuture<'_, Reply> {
        let client = Arc::clone(&self.client);
        let task = self.handle.spawn(async move { client.call(call).await });
        Box::pin(async move {
            match task.await {
                Ok(reply) => reply,
                Err(why) if why.is_panic() => std::panic::resume_unwind(why.into_panic()),
                Err(_) => Reply::DriverError("the test's runtime has ended".into()),
            }
        })
    }

    fn hello(&self) -> Hello {
        self.client.hello()
    }
}
