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
    acceptors: [TlsAcceptor; 4],
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
            Certificate::Good => root.acceptor(hosts, DAY),
            Certificate::OtherHost => root.acceptor(&[ELSEWHERE], DAY),
            Certificate::Expired => root.acceptor(hosts, Duration::ZERO),
            Certificate::UnknownAuthority => unknown.acceptor(hosts, DAY),
        };
        let [good, other, expired, foreign] = Certificate::ALL.map(acceptor);
        let authority =
            Authority { pem: pem(&root.der), file, is_temporary, acceptors: [good?, other?, expired?, foreign?] };
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
        let mut params = params(name, &[], &key, 365 * DAY)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.use_authority_key_identifier_extension = false;
        let der = params.self_signed(&key).map_err(made)?.der().clone();
        Ok(Root { issuer: Issuer::new(params, key), der })
    }

    /// A certificate for these hosts, good for so long from now on.
    fn acceptor(&self, hosts: &[&str], left: Duration) -> Result<TlsAcceptor, Error> {
        let key = Key::generate().map_err(|_| made("no randomness"))?;
        let mut params = params("fineprint", hosts, &key, left)?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.signed_by(&key, &self.issuer).map_err(made)?;
        let chain = vec![certificate.der().clone(), self.der.clone()];
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key.private().into()))
            .map_err(made)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// What all certificates say, valid from some days ago; with nothing left, until yesterday.
fn params(name: &str, hosts: &[&str], key: &Key, left: Duration) -> Result<CertificateParams, Error> {
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
    params.not_before = (now - 3 * DAY).into();
    params.not_after = if left.is_zero() { now - DAY } else { now + left }.into();
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
