//! A driver in a process of its own: started clean, held to its deadlines, and ended as a group whatever happens.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::process::Child;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use crate::driver::command::Scratch;
use crate::driver::group::Group;
pub use crate::driver::group::kill_all;
use crate::driver::log::Log;
use crate::driver::message::{self, Described, Id, Say, excerpt};
use crate::driver::pipe::{Gone, Pipe};
use crate::driver::when::Schedule;
use crate::driver::{Broken, Call, Command, Hello, Reply, When, value};
use crate::error::Error;

/// For an echo, a describe and a bye.
const SHORTLY: Duration = Duration::from_secs(2);

/// How often a driver is started that is killed before its hello.
const STARTS: u32 = 12;

/// A running driver. Dropping it kills its process group.
#[derive(Debug)]
pub struct Process {
    /// Dropped before the child, which may be reaped when it is.
    group: Group,
    hello: Hello,
    child: Child,
    pipe: Pipe,
    log: Log,
    /// The number of the next id.
    next: u64,
    /// Calls that were said and not answered, first said first.
    open: Vec<Id>,
    broken: Option<Broken>,
    _home: Option<Scratch>,
}

impl Process {
    /// Starts a driver and waits for its hello.
    pub async fn start(command: &Command) -> Result<Process, Error> {
        let mut tries = 0;
        loop {
            tries += 1;
            let mut process = Process::spawn(command)?;
            process.pipe.say(&Say::Hello { protocol: message::PROTOCOL, fineprint: env!("CARGO_PKG_VERSION") });
            match process.ask(command.hello_within, message::hello).await {
                Ok(hello) => {
                    process.hello = hello;
                    return Ok(process);
                }
                // Who kills a driver while it starts says nothing about the driver.
                Err(broken) if broken.was_killed() && tries < STARTS => {}
                Err(broken) => return Err(command.no_hello(&broken)),
            }
        }
    }

    fn spawn(command: &Command) -> Result<Process, Error> {
        let Some((program, arguments)) = command.argv.split_first() else {
            return Err(Error::usage("no command to start the driver with"));
        };
        let given = command.env.iter().find(|(name, _)| name == "HOME").map(|(_, home)| home.into());
        let scratch = match given {
            Some(_) => None,
            None => Some(Scratch::new(&command.surroundings.temp)?),
        };
        let home = given.or_else(|| scratch.as_ref().map(|s| s.0.clone())).unwrap_or_default();
        let no_pipe = |why: io::Error| Error::internal("no pipe to the driver").because(why);
        let (theirs_in, ours_in) = io::pipe().map_err(no_pipe)?;
        let (ours_out, theirs_out) = io::pipe().map_err(no_pipe)?;

        let mut spawn = tokio::process::Command::new(program);
        spawn.args(arguments).env_clear().envs(command.environment(&home)).process_group(0).kill_on_drop(true);
        spawn.stdin(theirs_in).stdout(theirs_out).stderr(Stdio::piped());
        if let Some(dir) = &command.dir {
            spawn.current_dir(dir);
        }
        let mut child = spawn.spawn().map_err(|why| command.cannot_start(why))?;
        // Our copies of its ends; with them open we would never see it end.
        drop(spawn);

        let group = Group::of(&child);
        let log = Log::of(child.stderr.take());
        let pipe = Pipe::new(OwnedFd::from(ours_in), OwnedFd::from(ours_out)).map_err(no_pipe)?;
        let hello = Hello {
            driver: Default::default(),
            client: Default::default(),
            operations: None,
            max_in_flight: 1,
            can: vec![],
        };
        Ok(Process { hello, child, group, pipe, log, next: 1, open: Vec::new(), broken: None, _home: scratch })
    }

    /// What it says of itself.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Its number, as long as it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Makes one call.
    pub async fn call(&mut self, call: &Call, deadline: Duration) -> Result<Reply, Broken> {
        let first = self.next;
        let until = Instant::now() + deadline;
        if let Some(refused) = self.say_call(call)? {
            return Ok(refused);
        }
        self.reply(first, until, deadline).await
    }

    /// Makes one call, and asks for it to be cancelled after a while.
    pub async fn call_and_cancel(&mut self, call: &Call, after: Duration, deadline: Duration) -> Result<Reply, Broken> {
        let first = self.next;
        let until = Instant::now() + deadline;
        if let Some(refused) = self.say_call(call)? {
            return Ok(refused);
        }
        if let Ok(early) = timeout(after, self.reply(first, until, deadline)).await {
            return early;
        }
        self.pipe.say(&Say::Cancel { id: Id('c', first) });
        self.reply(first, until, deadline).await
    }

    async fn reply(&mut self, first: u64, until: Instant, deadline: Duration) -> Result<Reply, Broken> {
        loop {
            if let Some((0, reply)) = self.answer(first, until, deadline).await? {
                return Ok(reply);
            }
        }
    }

    /// Makes calls that are open at once, as far as the driver can, each when it is to be made; it has the deadline from then on.
    pub async fn calls(&mut self, calls: &[Call], when: &[When], deadline: Duration) -> Vec<Result<Reply, Broken>> {
        let mut replies: Vec<Option<Reply>> = vec![None; calls.len()];
        if let Err(broken) = self.window(calls, when, deadline, &mut replies).await {
            return replies.into_iter().map(|reply| reply.ok_or_else(|| broken.clone())).collect();
        }
        replies.into_iter().flatten().map(Ok).collect()
    }

    async fn window(
        &mut self,
        calls: &[Call],
        when: &[When],
        deadline: Duration,
        replies: &mut [Option<Reply>],
    ) -> Result<(), Broken> {
        let first = self.next;
        let width = self.hello.max_in_flight as usize;
        let mut schedule = Schedule::new(calls.len(), when);
        // When each call that was said has to be answered.
        let mut until = VecDeque::new();
        let mut answered = 0;
        while answered < calls.len() {
            while schedule.made() - answered < width
                && let Some(place) = schedule.begin()
            {
                let refused = self.say_call(&calls[place])?;
                answered += usize::from(refused.is_some());
                replies[place] = refused;
                until.push_back((place, Instant::now() + deadline));
            }
            for place in schedule.cancel().into_iter().filter(|place| replies[*place].is_none()) {
                self.pipe.say(&Say::Cancel { id: Id('c', first + place as u64) });
            }
            while until.front().is_some_and(|(at, _)| replies[*at].is_some()) {
                until.pop_front();
            }
            let begins = schedule.begins().filter(|_| schedule.made() - answered < width);
            let Some((_, at)) = until.front() else {
                if let Some(due) = begins {
                    sleep_until(due).await;
                }
                continue;
            };
            let answer = self.answer(first, *at, deadline);
            let answer = match begins.into_iter().chain(schedule.cancels()).min() {
                Some(due) => timeout_at(due, answer).await.unwrap_or(Ok(None))?,
                None => answer.await?,
            };
            if let Some((place, reply)) = answer {
                replies[place] = Some(reply);
                answered += 1;
            }
        }
        Ok(())
    }

    /// Queues a call under the next id; the reply if it cannot be said at all.
    fn say_call(&mut self, call: &Call) -> Result<Option<Reply>, Broken> {
        self.alive()?;
        let id = Id('c', self.next);
        self.next += 1;
        let said = match call.params.values().any(value::needs_spelling) {
            false => self.pipe.say(&Say::call(id, call, &call.params)),
            true => {
                let params: Map<String, Value> =
                    call.params.iter().map(|(name, given)| (name.clone(), value::encode(given))).collect();
                self.pipe.say(&Say::call(id, call, &params))
            }
        };
        if !said {
            return Ok(Some(Reply::DriverError("not sent: the call is a line over 8 MiB".into())));
        }
        self.open.push(id);
        Ok(None)
    }

    /// Waits for the next answer: its place counted from `first`, or none if it was for a call given up earlier.
    async fn answer(
        &mut self,
        first: u64,
        until: Instant,
        deadline: Duration,
    ) -> Result<Option<(usize, Reply)>, Broken> {
        let line = match timeout_at(until, self.pipe.line()).await {
            Ok(Ok(line)) => line,
            Ok(Err(gone)) => return Err(self.gone(gone).await),
            Err(_) => return Err(self.hung(deadline).await),
        };
        match self.taken(line.clone()) {
            Ok((id, reply)) => Ok(id.1.checked_sub(first).map(|place| (place as usize, reply))),
            Err(why) => Err(self.babbled(why, excerpt(self.pipe.bytes(line))).await),
        }
    }

    /// Reads an answer and closes its id.
    fn taken(&mut self, line: Range<usize>) -> Result<(Id, Reply), String> {
        let (id, reply) = message::result(self.pipe.bytes(line))?;
        match self.open.iter().position(|open| *open == id) {
            Some(at) => {
                self.open.remove(at);
                Ok((id, reply))
            }
            None if id.0 == 'c' && (1..self.next).contains(&id.1) => Err(format!("a second answer to `{id}`")),
            None => Err(message::NOT_OPEN.into()),
        }
    }

    /// Asks the driver to say a value back, and compares.
    pub async fn echo_check(&mut self) -> Result<(), Broken> {
        self.alive()?;
        let value = echo_value();
        let id = Id('e', self.next);
        self.next += 1;
        self.pipe.say(&Say::Echo { id, value: &value::encode(&value) });
        self.ask(SHORTLY, |line| {
            let (answered, echoed) = message::echo(line)?;
            if answered != id {
                return Err(message::NOT_OPEN.into());
            }
            match value::difference(&value, &echoed) {
                Some(difference) => Err(format!("its echo differs: {difference}")),
                None => Ok(()),
            }
        })
        .await
    }

    /// Asks a driver that can for the leaves of an operation.
    pub async fn describe(&mut self, operation: &str) -> Option<Described> {
        if self.broken.is_some() || !self.hello.can("describe") {
            return None;
        }
        let id = Id('d', self.next);
        self.next += 1;
        self.pipe.say(&Say::Describe { id, operation });
        let described = self.ask(SHORTLY, |line| match message::describe(line)? {
            (answered, described) if answered == id => Ok(described),
            _ => Err(message::NOT_OPEN.into()),
        });
        // A driver has no other way to say that it does not know the operation.
        described.await.ok().filter(|d| !d.request.is_empty() || !d.response.is_empty())
    }

    /// Whether a text stands in what it said on its stderr of late.
    pub fn logged(&self, text: &str) -> bool {
        self.log.holds(text)
    }

    /// Lets go of a client object; said with the next message.
    pub fn close_object(&mut self, key: &str) {
        self.pipe.say(&Say::Close { key });
    }

    /// Looks, without waiting, for lines that nobody asked for.
    pub async fn settle(&mut self) -> Result<(), Broken> {
        self.alive()?;
        loop {
            match self.pipe.line_now() {
                Ok(None) => return Ok(()),
                Err(gone) => return Err(self.gone(gone).await),
                Ok(Some(line)) => {
                    if let Err(why) = self.taken(line.clone()) {
                        return Err(self.babbled(why, excerpt(self.pipe.bytes(line))).await);
                    }
                }
            }
        }
    }

    /// Says bye, gives it two seconds, and kills what is left of the group.
    pub async fn stop(mut self) {
        if self.broken.is_none() {
            self.pipe.say(&Say::Bye);
            let until = Instant::now() + SHORTLY;
            if self.ask(SHORTLY, message::bye).await.is_ok() {
                let _ = timeout_at(until, self.child.wait()).await;
            }
        }
        self.kill().await;
    }

    /// Kills the process group and waits until the process is gone.
    pub async fn kill(&mut self) {
        self.group.kill();
        // SIGKILL cannot be refused, but a process deep in the kernel may take its time; we do not.
        let _ = timeout(SHORTLY, self.child.wait()).await;
        if self.broken.is_none() {
            self.broken = Some(Broken::Died { status: "killed by fineprint".into(), stderr: String::new() });
        }
    }

    /// One question outside calls: the next line, read, before a deadline.
    async fn ask<T>(&mut self, deadline: Duration, read: impl FnOnce(&[u8]) -> Result<T, String>) -> Result<T, Broken> {
        let line = match timeout(deadline, self.pipe.line()).await {
            Ok(Ok(line)) => line,
            Ok(Err(gone)) => return Err(self.gone(gone).await),
            Err(_) => return Err(self.hung(deadline).await),
        };
        match read(self.pipe.bytes(line.clone())) {
            Ok(answer) => Ok(answer),
            Err(why) => Err(self.babbled(why, excerpt(self.pipe.bytes(line))).await),
        }
    }

    fn alive(&self) -> Result<(), Broken> {
        match &self.broken {
            None => Ok(()),
            Some(broken) => Err(broken.clone()),
        }
    }

    async fn gone(&mut self, gone: Gone) -> Broken {
        match gone {
            Gone::TooLong(line) => self.babbled("a line over 8 MiB".into(), line).await,
            Gone::Ended => {
                let status = match timeout(SHORTLY / 2, self.child.wait()).await {
                    Ok(Ok(status)) => told(status),
                    _ => "it closed its standard output".into(),
                };
                self.kill().await;
                let stderr = self.log.tail().await;
                self.is(Broken::Died { status, stderr })
            }
        }
    }

    async fn hung(&mut self, after: Duration) -> Broken {
        self.kill().await;
        let stderr = self.log.tail().await;
        self.is(Broken::Hung { after, stderr })
    }

    async fn babbled(&mut self, why: String, line: String) -> Broken {
        self.kill().await;
        let stderr = self.log.tail().await;
        self.is(Broken::Babbled { why, line, stderr })
    }

    fn is(&mut self, broken: Broken) -> Broken {
        self.broken = Some(broken.clone());
        broken
    }
}

fn told(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => status.to_string(),
    }
}

/// What an echo is asked to say back: all that a channel in the wrong hands changes.
fn echo_value() -> Value {
    json!({
        "text": ["", "a+b ~*", "é", "漢字", "😀", "\u{0}\u{7f}\u{2028}", "\"\\/\n\r\t", "\u{feff}"],
        "none": null,
        "flags": [true, false],
        "numbers": [0, 7, -1, 1.5, -0.25, 9007199254740992_i64, 1e300],
        "int": {"$int": "123456789012345678901234567890"},
        "long": i64::MAX,
        "nested": {"a": [{"b": [[], {}]}], "é": {"ü": null}},
        "$a": {"$int": 1},
    })
}
