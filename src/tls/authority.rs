//! A certificate authority that lives as long as a run, and the certificates that our ports show.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyUsagePurpose,
    SerialNumber,
};
use ring::rand::{SecureRandom as _, SystemRandom};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::CertificateDer;

use super::key::Key;
use crate::case::Certificate;
use crate::error::Error;

const DAY: Duration = Duration::from_secs(86_400);
/// The only host of a certificate that is not for ours.
const ELSEWHERE: &str = "elsewhere.invalid";

/// A certificate authority of our own, the file in which clients find it, and one certificate of each kind.
pub struct Authority {
    pem: String,
    file: PathBuf,
    is_temporary: bool,
    acceptors: [TlsAcceptor; Certificate::ALL.len()],
}

impl Authority {
    /// Makes one for these names and addresses, and writes it to a new file in the folder, which is gone with it.
    ///
    /// # Errors
    /// When the file cannot be written, or the system has no randomness.
    pub fn temporary(folder: &Path, hosts: &[&str]) -> Result<Authority, Error> {
        let mut name = [0; 8];
        SystemRandom::new().fill(&mut name).map_err(|_| made("no randomness"))?;
        let file = folder.join(format!("fineprint-ca-{:016x}.pem", u64::from_be_bytes(name)));
        let new = OpenOptions::new().write(true).create_new(true).open(&file);
        Authority::made(hosts, file, true, new)
    }

    /// Makes one for these names and addresses, and writes it to this file, which stays.
    ///
    /// # Errors
    /// As for [`Authority::temporary`].
    pub fn kept(file: &Path, hosts: &[&str]) -> Result<Authority, Error> {
        Authority::made(hosts, file.to_owned(), false, File::create(file))
    }

    fn made(hosts: &[&str], file: PathBuf, is_temporary: bool, opened: io::Result<File>) -> Result<Authority, Error> {
        let root = Root::new("fineprint test authority")?;
        let unknown = Root::new("fineprint unknown authority")?;
        let acceptor = |certificate| match certificate {
            Certificate::Good => root.acceptor(hosts, Valid::Now),
            Certificate::OtherHost => root.acceptor(&[ELSEWHERE], Valid::Now),
            Certificate::Expired => root.acceptor(hosts, Valid::Once),
            Certificate::NotYetValid => root.acceptor(hosts, Valid::Later),
            Certificate::UnknownAuthority => unknown.acceptor(hosts, Valid::Now),
            Certificate::SelfSigned => alone(hosts),
        };
        let [good, other, expired, later, foreign, own] = Certificate::ALL.map(acceptor);
        let acceptors = [good?, other?, expired?, later?, foreign?, own?];
        let authority = Authority { pem: pem(&root.der), file, is_temporary, acceptors };
        let written = opened.and_then(|mut file| file.write_all(authority.pem.as_bytes()));
        written.map_err(|e| {
            Error::usage(format!("cannot write the certificate authority to {}", authority.file.display())).because(e)
        })?;
        Ok(authority)
    }

    /// The authority's own certificate as PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The file that holds it.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What shows this certificate to whoever connects.
    pub(crate) fn acceptor(&self, certificate: Certificate) -> TlsAcceptor {
        self.acceptors[certificate as usize].clone()
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        if self.is_temporary {
            // Whoever clears the folder may have been here before.
            let _ = std::fs::remove_file(&self.file);
        }
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("file", &self.file).finish_non_exhaustive()
    }
}

/// A key and a certificate that vouches for others.
struct Root {
    issuer: Issuer<'static, Key>,
    der: CertificateDer<'static>,
}

impl Root {
    fn new(name: &str) -> Result<Root, Error> {
        let key = Key::generate().map_err(|_| made("no randomness"))?;
        let mut params = params(name, &[], &key, Valid::Now)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.use_authority_key_identifier_extension = false;
        let der = params.self_signed(&key).map_err(made)?.der().clone();
        Ok(Root { issuer: Issuer::new(params, key), der })
    }

    /// A certificate for these hosts.
    fn acceptor(&self, hosts: &[&str], valid: Valid) -> Result<TlsAcceptor, Error> {
        let (key, params) = server(hosts, valid)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(made)?;
        shown(vec![certificate.der().clone(), self.der.clone()], &key)
    }
}

/// A certificate for these hosts that nobody but itself vouches for.
fn alone(hosts: &[&str]) -> Result<TlsAcceptor, Error> {
    let (key, mut params) = server(hosts, Valid::Now)?;
    params.use_authority_key_identifier_extension = false;
    let certificate = params.self_signed(&key).map_err(made)?;
    shown(vec![certificate.der().clone()], &key)
}

/// What the certificate of a server says.
fn server(hosts: &[&str], valid: Valid) -> Result<(Key, CertificateParams), Error> {
    let key = Key::generate().map_err(|_| made("no randomness"))?;
    let mut params = params("fineprint", hosts, &key, valid)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok((key, params))
}

/// What shows these certificates to whoever connects.
fn shown(chain: Vec<CertificateDer<'static>>, key: &Key) -> Result<TlsAcceptor, Error> {
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key.private().into()))
        .map_err(made)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// When a certificate is good.
#[derive(Clone, Copy)]
enum Valid {
    /// From some days ago for a year.
    Now,
    /// Until yesterday.
    Once,
    /// From tomorrow on.
    Later,
}

/// What all certificates say.
fn params(name: &str, hosts: &[&str], key: &Key, valid: Valid) -> Result<CertificateParams, Error> {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).map_err(made)?;
    let mut serial = [0; 16];
    SystemRandom::new().fill(&mut serial).map_err(|_| made("no randomness"))?;
    // The first bit is the sign, and the number must be positive.
    serial[0] = serial[0] & 0x7f | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.key_identifier_method = KeyIdMethod::PreSpecified(key.identifier());
    params.use_authority_key_identifier_extension = true;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    let now = SystemTime::now();
    let (from, until) = match valid {
        Valid::Now => (now - 3 * DAY, now + 365 * DAY),
        Valid::Once => (now - 3 * DAY, now - DAY),
        Valid::Later => (now + DAY, now + 3 * DAY),
    };
    params.not_before = from.into();
    params.not_after = until.into();
    Ok(params)
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

fn made(why: impl fmt::Display) -> Error {
    Error::internal(format!("cannot make a certificate: {why}"))
}
