//! Whether a message is really SNS's.
//!
//! Invariants: a message in an envelope counts only with a signature by a certificate that SNS itself hands out; a
//! certificate once seen is kept, since another one has another address; and no error contains an address, in which
//! there may be a token.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use app::port::{Distrust, ReceivedBody};
use async_trait::async_trait;
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RsaParameters,
    UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use webpki::EndEntityCert;

use super::address;
use super::envelope::Envelope;
use crate::alert_source::body::Body;
use crate::http::{Http, NoAnswer};

/// How long SNS may take for an answer: it waits for ours meanwhile.
const PATIENCE: Duration = Duration::from_secs(5);

/// Certificates that are kept: one for each region, and some to come.
const MOST_KEYS: usize = 64;

/// Gets what stands at an address. Which addresses may be opened is decided before, and by nobody else.
#[async_trait]
pub trait Fetch: fmt::Debug + Send + Sync {
    /// The status and the body of the answer. The error says why there is none, without the address.
    async fn get(&self, url: &str) -> Result<(u16, Vec<u8>), String>;
}

#[async_trait]
impl Fetch for Http {
    async fn get(&self, url: &str) -> Result<(u16, Vec<u8>), String> {
        match self.call(|client| client.get(url).timeout(PATIENCE)).await {
            Ok(answer) => Ok((answer.status.as_u16(), answer.body)),
            Err(NoAnswer::NotSent(reason) | NoAnswer::Sent(reason)) => Err(reason),
        }
    }
}

/// Knows SNS's messages from others'.
#[derive(Debug)]
pub(in crate::alert_source) struct Signed {
    fetch: Arc<dyn Fetch>,
    /// The public keys of certificates, by their address.
    keys: Mutex<BTreeMap<String, Arc<[u8]>>>,
}

impl Signed {
    pub(in crate::alert_source) fn new(fetch: Arc<dyn Fetch>) -> Self {
        Self { fetch, keys: Mutex::default() }
    }

    /// Whether a delivery is SNS's. One without an envelope isn't signed, so that its key has to do.
    pub(in crate::alert_source) async fn authenticate(
        &self,
        received: ReceivedBody<'_>,
    ) -> Result<(), Distrust> {
        let body = Body::read(received);
        let Some(envelope) = Envelope::of(&body) else { return Ok(()) };
        let claim = Claim::of(&envelope).map_err(Distrust::NotTheirs)?;
        let key = self.key(claim.certificate).await.map_err(|reason| {
            Distrust::NotKnown(format!(
                "SNS's certificate can't be had, which says whether it is SNS's: {reason}"
            ))
        })?;
        let key = UnparsedPublicKey::new(claim.algorithm, key);
        key.verify(claim.message.as_bytes(), &claim.signature)
            .map_err(|_| Distrust::NotTheirs("the message is not signed by SNS, or was changed".to_owned()))
    }

    /// Tells SNS that its messages are wanted.
    pub(in crate::alert_source) async fn confirm(&self, url: &str) -> Result<(), String> {
        if !address::is_confirmation(url) {
            return Err("the address is not one at which SNS has subscriptions confirmed".to_owned());
        }
        match self.fetch.get(url).await? {
            (200..=299, _) => Ok(()),
            (status, _) => Err(format!("SNS answered {status}")),
        }
    }

    /// The public key of the certificate at an address of SNS.
    async fn key(&self, address: &str) -> Result<Arc<[u8]>, String> {
        if let Some(key) = self.kept().get(address) {
            return Ok(Arc::clone(key));
        }
        let pem = match self.fetch.get(address).await? {
            (200, pem) => pem,
            (status, _) => return Err(format!("SNS answered {status}")),
        };
        let key = public_key(&pem).ok_or("SNS's answer is no certificate")?;
        let mut kept = self.kept();
        if kept.len() >= MOST_KEYS {
            kept.clear();
        }
        kept.insert(address.to_owned(), Arc::clone(&key));
        Ok(key)
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, BTreeMap<String, Arc<[u8]>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a message says of its signature.
struct Claim<'a> {
    message: String,
    signature: Vec<u8>,
    algorithm: &'static RsaParameters,
    certificate: &'a str,
}

impl<'a> Claim<'a> {
    /// The error says what is wrong with the message.
    fn of(envelope: &Envelope<'a>) -> Result<Self, String> {
        let algorithm = match envelope.text("SignatureVersion") {
            Some("1") => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            Some("2") => &RSA_PKCS1_2048_8192_SHA256,
            _ => return Err("'SignatureVersion' must be 1 or 2".to_owned()),
        };
        let certificate = envelope.text("SigningCertURL").filter(|url| address::is_certificate(url));
        let certificate =
            certificate.ok_or("'SigningCertURL' must be the address of a certificate of SNS")?;
        let signature = envelope.text("Signature").and_then(|text| STANDARD.decode(text).ok());
        let signature = signature.ok_or("'Signature' must be in base64")?;
        let message = envelope.to_sign().map_err(|name| format!("'{name}' is missing"))?;
        Ok(Self { message, signature, algorithm, certificate })
    }
}

/// The public key (a `SubjectPublicKeyInfo` in DER) of a certificate in PEM.
fn public_key(pem: &[u8]) -> Option<Arc<[u8]>> {
    let der = CertificateDer::from_pem_slice(pem).ok()?;
    let certificate = EndEntityCert::try_from(&der).ok()?;
    Some(Arc::from(certificate.subject_public_key_info().as_ref()))
}
