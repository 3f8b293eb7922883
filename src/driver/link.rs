//! A client under test, wherever it lives: one thing to call, and one way for it to go wrong.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout, timeout_at};

use crate::driver::message::Described;
use crate::driver::process::Process;
use crate::driver::when::Schedule;
use crate::driver::{Broken, Call, Client, Command, Hello, Reply, When};
use crate::error::Error;

/// Where a client comes from.
#[derive(Clone)]
pub enum Source {
    /// A driver to be started.
    Command(Command),
    /// A client in this process, which every lane calls.
    Here(Arc<dyn Client>),
    /// A client in this process, of which every lane makes one of its own.
    Each(Arc<dyn Fn() -> Arc<dyn Client> + Send + Sync>),
}

/// A client that can be called. After a [`Broken`] a process is dead: start another from the same [`Source`].
#[expect(clippy::large_enum_variant, reason = "there is one a lane, and it is seldom moved")]
pub enum Link {
    /// A driver in a process of its own.
    Process(Process),
    /// A client in this process, and what it says of itself.
    Here(Arc<dyn Client>, Hello),
}

impl Link {
    /// Starts a driver and waits for its hello; a client in this process is there already.
    pub async fn start(source: &Source) -> Result<Link, Error> {
        match source {
            Source::Command(command) => Process::start(command).await.map(Link::Process),
            Source::Here(client) => Ok(Link::Here(Arc::clone(client), client.hello())),
            Source::Each(make) => {
                let client = make();
                let hello = client.hello();
                Ok(Link::Here(client, hello))
            }
        }
    }

    /// What it says of itself.
    pub fn hello(&self) -> &Hello {
        match self {
            Link::Process(process) => process.hello(),
            Link::Here(_, hello) => hello,
        }
    }

    /// Makes one call.
    pub async fn call(&mut self, call: &Call, deadline: Duration) -> Result<Reply, Broken> {
        match self {
            Link::Process(process) => process.call(call, deadline).await,
            Link::Here(client, _) => here(client, call, deadline).await,
        }
    }

    /// Makes one call, and asks a client that can for it to be cancelled after a while.
    pub async fn call_and_cancel(&mut self, call: &Call, after: Duration, deadline: Duration) -> Result<Reply, Broken> {
        match self {
            Link::Process(process) => process.call_and_cancel(call, after, deadline).await,
            Link::Here(client, _) => {
                let mut open = std::pin::pin!(here(client, call, deadline));
                if let Ok(early) = timeout(after, &mut open).await {
                    return early;
                }
                client.cancel(call);
                open.await
            }
        }
    }

    /// Makes calls that are open at once, as far as the client can, each when it is to be made; the replies stand in the order
    /// of the calls.
    pub async fn calls(&mut self, calls: &[Call], when: &[When], deadline: Duration) -> Vec<Result<Reply, Broken>> {
        match self {
            Link::Process(process) => process.calls(calls, when, deadline).await,
            Link::Here(client, hello) => {
                let width = hello.max_in_flight.max(1) as usize;
                let mut replies = vec![None; calls.len()];
                let mut open = JoinSet::new();
                let mut schedule = Schedule::new(calls.len(), when);
                loop {
                    while open.len() < width
                        && let Some(place) = schedule.begin()
                    {
                        let (client, call) = (Arc::clone(client), calls[place].clone());
                        open.spawn(async move { (place, here(&client, &call, deadline).await) });
                    }
                    for place in schedule.cancel().into_iter().filter(|place| replies[*place].is_none()) {
                        client.cancel(&calls[place]);
                    }
                    let begins = schedule.begins().filter(|_| open.len() < width);
                    if open.is_empty() {
                        let Some(due) = begins else { break };
                        sleep_until(due).await;
                        continue;
                    }
                    let done = match begins.into_iter().chain(schedule.cancels()).min() {
                        Some(due) => timeout_at(due, open.join_next()).await.unwrap_or_default(),
                        None => open.join_next().await,
                    };
                    if let Some(done) = done {
                        let (place, reply) = done.expect("`here` catches the client's panics");
                        replies[place] = Some(reply);
                    }
                }
                replies.into_iter().flatten().collect()
            }
        }
    }

    /// Asks a driver to say a value back, and compares by value.
    pub async fn echo_check(&mut self) -> Result<(), Broken> {
        match self {
            Link::Process(process) => process.echo_check().await,
            Link::Here(..) => Ok(()),
        }
    }

    /// The leaves of what the client can send and show for an operation, if it can tell.
    pub async fn describe(&mut self, operation: &str) -> Option<Described> {
        match self {
            Link::Process(process) => process.describe(operation).await,
            Link::Here(..) => None,
        }
    }

    /// Looks, without waiting, whether a driver said anything that nobody asked for.
    pub async fn settle(&mut self) -> Result<(), Broken> {
        match self {
            Link::Process(process) => process.settle().await,
            Link::Here(..) => Ok(()),
        }
    }

    /// Whether a text stands in what a driver logged of late.
    pub fn logged(&self, text: &str) -> bool {
        match self {
            Link::Process(process) => process.logged(text),
            Link::Here(..) => false,
        }
    }

    /// The process of a driver.
    pub fn id(&self) -> Option<u32> {
        match self {
            Link::Process(process) => process.id(),
            Link::Here(..) => None,
        }
    }

    /// Lets go of a client object; a driver hears of it with the next message.
    pub fn close_object(&mut self, key: &str) {
        if let Link::Process(process) = self {
            process.close_object(key);
        }
    }

    /// Ends a driver in good order: bye, two seconds, and what is left of its group is killed.
    pub async fn stop(self) {
        if let Link::Process(process) = self {
            process.stop().await;
        }
    }

    /// Kills a driver's process group.
    pub async fn kill(&mut self) {
        if let Link::Process(process) = self {
            process.kill().await;
        }
    }
}

/// A call that may panic or be given up without harm.
async fn here(client: &Arc<dyn Client>, call: &Call, deadline: Duration) -> Result<Reply, Broken> {
    let caught = async {
        let mut open = caught(|| client.call(call))?;
        poll_fn(|context| match caught(|| open.as_mut().poll(context)) {
            Ok(Poll::Ready(reply)) => Poll::Ready(Ok(reply)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(broken) => Poll::Ready(Err(broken)),
        })
        .await
    };
    match timeout(deadline, caught).await {
        Ok(ended) => ended,
        Err(_) => Err(Broken::Hung { after: deadline, stderr: String::new() }),
    }
}

/// What it comes to, a panic included. A client that panicked is asked again, as one in a process of its own would be started again.
fn caught<T>(make: impl FnOnce() -> T) -> Result<T, Broken> {
    catch_unwind(AssertUnwindSafe(make)).map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let status = match text.or_else(|| payload.downcast_ref::<&str>().copied()) {
            Some(text) => format!("panic: {text}"),
            None => "panic".into(),
        };
        Broken::Died { status, stderr: String::new() }
    })
}
