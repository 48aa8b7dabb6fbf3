//! TLS to Redis: certificates of the server and of the client.

use std::error::Error as StdError;
use std::fmt;

use redis::{Client, ClientTlsConfig, ConnectionInfo, RedisError, TlsCertificates};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

impl Certificates {
    /// Sets the certificates of the trusted authorities (PEM).
    pub(crate) fn set_roots(&mut self, pem: Vec<u8>) -> Result<(), RedisTlsError> {
        check_certificates(&pem)?;
        self.0.root_cert = Some(pem);
        Ok(())
    }

    /// Sets the certificate chain of the client and its key (both PEM).
    pub(crate) fn set_client(
        &mut self,
        client_cert: Vec<u8>,
        client_key: Vec<u8>,
    ) -> Result<(), RedisTlsError> {
        check_certificates(&client_cert)?;
        PrivateKeyDer::from_pem_slice(&client_key).map_err(|_| RedisTlsError::Key)?;
        self.0.client_tls = Some(ClientTlsConfig { client_cert, client_key });
        Ok(())
    }
}

fn check_certificates(pem: &[u8]) -> Result<(), RedisTlsError> {
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        certificate.map_err(|_| RedisTlsError::Certificate)?;
        count += 1;
    }
    if count == 0 { Err(RedisTlsError::Certificate) } else { Ok(()) }
}

/// Sets ring as the cryptography provider of the process, unless one is set. Without a provider rustls
/// panics if two are compiled in.
pub(crate) fn install_provider() {
    if CryptoProvider::get_default().is_none() {
        // Another thread can have set one in the meantime.
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
    /// Returns `None` if nothing is set, because certificates are an error for a URL without TLS.
    fn get(&self) -> Option<TlsCertificates> {
        let TlsCertificates { client_tls, root_cert } = &self.0;
        (client_tls.is_some() || root_cert.is_some()).then(|| self.0.clone())
    }

    pub(crate) fn client(&self, server: ConnectionInfo) -> Result<Client, RedisError> {
        match self.get() {
            Some(certificates) => Client::build_with_tls(server, certificates),
            None => Client::open(server),
        }
    }

    #[cfg(feature = "cluster")]
    pub(crate) fn cluster(
        &self,
        builder: redis::cluster::ClusterClientBuilder,
    ) -> redis::cluster::ClusterClientBuilder {
        match self.get() {
            Some(certificates) => builder.certs(certificates),
            None => builder,
        }
    }

    #[cfg(feature = "sentinel")]
    pub(crate) fn sentinel(
        &self,
        builder: redis::sentinel::SentinelClientBuilder,
    ) -> redis::sentinel::SentinelClientBuilder {
        match self.get() {
            Some(certificates) => builder
                .set_client_to_redis_certificates(certificates.clone())
                .set_client_to_sentinel_certificates(certificates),
            None => builder,
        }
    }
}

/// Error of an invalid certificate or key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedisTlsError {
    /// The PEM contains no certificate, or an invalid one.
    Certificate,
    /// The PEM contains no private key, or an invalid one.
    Key,
}

impl fmt::Display for RedisTlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => {
                "invalid certificate: expected PEM that starts with '-----BEGIN CERTIFICATE-----'"
            }
            // The input is not shown, because it can be a damaged key.
            Self::Key => {
                "invalid private key: expected PEM that starts with '-----BEGIN PRIVATE KEY-----'"
            }
        })
    }
}

impl StdError for RedisTlsError {}
