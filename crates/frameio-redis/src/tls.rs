//! TLS to Redis: whom it is trusted to, and who this is.

use std::error::Error as StdError;
use std::fmt;

use redis::{Client, ClientTlsConfig, ConnectionInfo, RedisError, TlsCertificates};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::connect::Redis;

impl Redis {
    /// Trusts the authorities of these certificates (PEM) for `rediss://`, and no others. Default:
    /// those that the platform trusts.
    ///
    /// # Errors
    /// If there is no certificate in it, or one that cannot be read.
    pub fn root_certificates(self, pem: impl Into<Vec<u8>>) -> Result<Self, RedisTlsError> {
        let pem = pem.into();
        certificates(&pem)?;
        Ok(self.change(|settings| settings.certificates.0.root_cert = Some(pem)))
    }

    /// Shows the server this certificate, with those that lead to its authority, for which there
    /// is this key (both PEM). Default: none.
    ///
    /// # Errors
    /// If there is no certificate or no key, or one that cannot be read.
    pub fn client_certificate(
        self,
        chain: impl Into<Vec<u8>>,
        key: impl Into<Vec<u8>>,
    ) -> Result<Self, RedisTlsError> {
        let (client_cert, client_key) = (chain.into(), key.into());
        certificates(&client_cert)?;
        PrivateKeyDer::from_pem_slice(&client_key).map_err(|_| RedisTlsError::Key)?;
        let client = ClientTlsConfig { client_cert, client_key };
        Ok(self.change(|settings| settings.certificates.0.client_tls = Some(client)))
    }
}

fn certificates(pem: &[u8]) -> Result<(), RedisTlsError> {
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        certificate.map_err(|_| RedisTlsError::Certificate)?;
        count += 1;
    }
    if count == 0 { Err(RedisTlsError::Certificate) } else { Ok(()) }
}

/// rustls asks a process to name its cryptography, and panics where it has not and two are
/// compiled: then it is ring from the first connection by TLS on.
pub(crate) fn provide() {
    if CryptoProvider::get_default().is_none() {
        // If another thread was first, that is as good.
        drop(ring::default_provider().install_default());
    }
}

#[derive(Clone)]
pub(crate) struct Certificates(TlsCertificates);

impl Default for Certificates {
    fn default() -> Self {
        Self(TlsCertificates { client_tls: None, root_cert: None })
    }
}

impl Certificates {
    /// None if there is nothing but the defaults: a URL without TLS may have no certificates.
    fn set(&self) -> Option<TlsCertificates> {
        let TlsCertificates { client_tls, root_cert } = &self.0;
        (client_tls.is_some() || root_cert.is_some()).then(|| self.0.clone())
    }

    pub(crate) fn client(&self, server: ConnectionInfo) -> Result<Client, RedisError> {
        match self.set() {
            Some(certificates) => Client::build_with_tls(server, certificates),
            None => Client::open(server),
        }
    }

    #[cfg(feature = "cluster")]
    pub(crate) fn cluster(
        &self,
        builder: redis::cluster::ClusterClientBuilder,
    ) -> redis::cluster::ClusterClientBuilder {
        match self.set() {
            Some(certificates) => builder.certs(certificates),
            None => builder,
        }
    }

    #[cfg(feature = "sentinel")]
    pub(crate) fn sentinel(
        &self,
        builder: redis::sentinel::SentinelClientBuilder,
    ) -> redis::sentinel::SentinelClientBuilder {
        match self.set() {
            Some(certificates) => builder
                .set_client_to_redis_certificates(certificates.clone())
                .set_client_to_sentinel_certificates(certificates),
            None => builder,
        }
    }
}

/// What was given for TLS cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedisTlsError {
    /// No certificate, or a broken one.
    Certificate,
    /// No private key, or a broken one.
    Key,
}

impl fmt::Display for RedisTlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => {
                "not a certificate: expected PEM, `-----BEGIN CERTIFICATE-----` and what follows"
            }
            // What was given may be a key that is only spoiled.
            Self::Key => {
                "not a private key: expected PEM, `-----BEGIN PRIVATE KEY-----` and what follows"
            }
        })
    }
}

impl StdError for RedisTlsError {}
