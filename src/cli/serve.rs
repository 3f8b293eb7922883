//! `fineprint serve`: the fake server, for any client by hand.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use super::pages::Pages;
use super::{End, style};
use crate::case::Certificate;
use crate::contract::Contract;
use crate::error::Error;
use crate::serve::{Credentials, Preference, Protection, Script, Server, Setup, Summary};
use crate::tls::Authority;

/// Clauses of an operation that the summary names.
const SHOWN: usize = 6;
/// Operations that the summary shows.
const OPERATIONS: usize = 20;

/// Answer as a page says, for any client by hand, until it is interrupted.
///
/// The first line on standard output is the address. A request asks for another answer than the page's sample with a header, such as
/// `Prefer: error=Instance.NotFound` or `Prefer: fault=reset:20, delay=2s`; what is wrong with a request stands in `x-fineprint-fault`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    pages: Pages,
    /// Where it listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where its control port listens: GET /requests, /expected, /summary; POST /script, /reset
    #[arg(long, value_name = "ADDRESS")]
    control: Option<SocketAddr>,
    /// The secret of a key: requests of this key must verify; repeatable
    #[arg(long = "secret", value_name = "ID=SECRET", value_parser = secret)]
    secrets: Vec<(String, String)>,
    /// The security token that requests of a key must bear; repeatable
    #[arg(long = "token", value_name = "ID=TOKEN", value_parser = secret)]
    tokens: Vec<(String, String)>,
    /// A bearer token: a request that bears one must bear one of these; repeatable
    #[arg(long = "bearer", value_name = "TOKEN")]
    bearers: Vec<String>,
    /// Signed requests may be old and come again, as recorded ones do
    #[arg(long)]
    recorded: bool,
    /// What is answered where a request does not say, as in `Prefer`: `dynamic=true`, `error=CODE`, `fault=truncate`
    #[arg(long, value_name = "PREFERENCE")]
    answer: Option<String>,
    /// The first answers, one preference a line: `error=Throttling.User, code=429`, then `sample`
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Protect the port with TLS, under a certificate that is made for it
    #[arg(long)]
    tls: bool,
    /// Where the certificate authority is written, for the client to trust
    #[arg(long, value_name = "FILE", default_value = "fineprint-ca.pem", requires = "tls")]
    ca_file: PathBuf,
    /// What certificate is shown: one that a client must trust, or one that it must not
    #[arg(long, value_name = "KIND", default_value = "good", requires = "tls", value_parser = certificate)]
    certificate: Certificate,
    /// What fresh values are drawn from
    #[arg(long, value_name = "N", default_value_t = crate::run::DEFAULT_SEED)]
    seed: u64,
}

fn secret(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((id, secret)) if !id.is_empty() => Ok((id.to_owned(), secret.to_owned())),
        _ => Err("write a key id, `=`, and what belongs to it".into()),
    }
}

fn certificate(text: &str) -> Result<Certificate, String> {
    let named = |kind: &Certificate| kind.as_str() == text;
    let all = || Certificate::ALL.map(Certificate::as_str).join(", ");
    Certificate::ALL.into_iter().find(named).ok_or_else(|| format!("there are {}", all()))
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Error> {
    let contract = arguments.pages.contract()?;
    let usual = usual(arguments, &contract)?;
    let script = script(arguments, &contract)?;
    let whens = arguments.pages.answers(&contract)?;
    more_descriptors();
    let listener = listener(arguments.listen)?;
    let control = arguments.control.map(self::listener).transpose()?;
    let tls = arguments.tls.then(|| protection(arguments)).transpose()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Error::internal("no runtime can be made").because(e))?;
    let summary = runtime.block_on(async {
        let cannot = |e: std::io::Error| Error::internal("the port cannot be served").because(e);
        let mut terminate = signal(SignalKind::terminate()).map_err(cannot)?;
        let credentials = credentials(arguments);
        let setup = Setup { credentials, usual, script, whens, seed: arguments.seed, tls, ..Setup::new(contract) };
        let mut server = Server::start(setup, listener).map_err(cannot)?;
        let mut out = anstream::stdout();
        let _ = writeln!(out, "{scheme}://{}", server.address());
        if let Some(listener) = control {
            let _ = writeln!(out, "control http://{}", server.control(listener).map_err(cannot)?);
        }
        let _ = out.flush();
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        Ok::<Summary, Error>(server.stop().await)
    })?;
    // What still stalls on purpose is not waited for.
    runtime.shutdown_background();
    print(&summary);
    Ok(End::Kept)
}

fn protection(arguments: &Arguments) -> Result<Protection, Error> {
    let listens_at = arguments.listen.ip().to_string();
    let authority = Authority::kept(&arguments.ca_file, &["localhost", "127.0.0.1", "::1", &listens_at])?;
    Ok(Protection { authority: Arc::new(authority), certificate: arguments.certificate })
}

fn credentials(arguments: &Arguments) -> Credentials {
    Credentials {
        secrets: arguments.secrets.iter().cloned().collect(),
        tokens: arguments.tokens.iter().cloned().collect(),
        bearers: arguments.bearers.iter().cloned().collect(),
        may_be_recorded: arguments.recorded,
    }
}

fn usual(arguments: &Arguments, contract: &Contract) -> Result<Preference, Error> {
    let Some(text) = &arguments.answer else { return Ok(Preference::default()) };
    let usual = text.parse::<Preference>().and_then(|usual| usual.check(contract).map(|()| usual));
    usual.map_err(|why| Error::usage(format!("--answer: {why}")))
}

fn script(arguments: &Arguments, contract: &Contract) -> Result<Script, Error> {
    let Some(path) = &arguments.script else { return Ok(Script::default()) };
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|e| Error::input(format!("{name}: cannot be read")).because(e))?;
    Script::parse(&text, contract).map_err(|why| Error::input(format!("{name}: {why}")))
}

fn listener(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).map_err(|e| {
        let hint = match e.kind() {
            std::io::ErrorKind::AddrInUse => "is in use (`127.0.0.1:0` takes a free port)",
            std::io::ErrorKind::PermissionDenied => "is not for us (ports below 1024 mostly are not)",
            _ => "cannot be listened at",
        };
        Error::usage(format!("{address} {hint}")).because(e)
    })
}

/// Asks for as many open connections as the system allows.
fn more_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // Where it is refused, fewer clients are served at once.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

fn print(summary: &Summary) {
    let mut out = anstream::stdout().lock();
    let (bold, dim, plain) = (style::BOLD, style::DIM, style::PLAIN);
    let _ = writeln!(out, "{bold}{} requests{plain}, {} refused", summary.received, summary.refused);
    for line in &summary.unmet {
        let _ = writeln!(out, "  {}unmet{plain} script line {line}", style::WARNING);
    }
    for called in summary.called.iter().take(OPERATIONS) {
        let all = called.exercised.len() + called.never.len() + called.others;
        let name = &called.operation;
        let _ = writeln!(
            out,
            "{bold}{name}{plain}: {} requests, {} of {all} clauses exercised",
            called.requests,
            called.exercised.len()
        );
        let own = |id: &String| id.split_once('/').map_or(id.clone(), |(_, rest)| rest.to_owned());
        let shown: Vec<String> = called.never.iter().take(SHOWN).map(own).collect();
        if !shown.is_empty() {
            let more = called.never.len() - shown.len();
            let _ = writeln!(out, "  never {}{dim} and {more} more of the page's{plain}", shown.join(", "));
        }
    }
    let rest = summary.called.len().saturating_sub(OPERATIONS);
    if rest + summary.uncalled > 0 {
        let _ = writeln!(out, "{dim}{rest} more operations were called, {} never{plain}", summary.uncalled);
    }
}
