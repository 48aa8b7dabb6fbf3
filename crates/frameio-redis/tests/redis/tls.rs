//! TLS with a custom authority.

use frameio_redis::{RedisTlsError, RedisUnavailable};
use frameio_tower::rate_limit::OnUnavailable;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use super::server::{Server, free_port};
use super::*;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "an authority");
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Returns a certificate and its key.
fn certificate(name: &str, authority: &Authority) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    (params.signed_by(&key, authority).unwrap().pem(), key.serialize_pem())
}

#[tokio::test]
async fn connects_with_server_and_client_certificates() {
    let authority = authority();
    let (chain, key) = certificate("127.0.0.1", &authority);
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, pem: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let port = free_port();
    let server = Server::with(
        free_port(),
        &[
            "--tls-port",
            &port.to_string(),
            "--tls-cert-file",
            &file("server.pem", &chain),
            "--tls-key-file",
            &file("server.key", &key),
            "--tls-ca-cert-file",
            &file("ca.pem", &authority.pem()),
        ],
    );
    let url = format!("rediss://127.0.0.1:{port}");
    let is_unavailable = async |redis: &Redis| {
        let layer = layer(redis).on_unavailable(OnUnavailable::FailClosed);
        call(&layer, ok).await.unwrap_err().find::<RedisUnavailable>().is_some()
    };
    // The platform does not know the authority, and the server asks for a certificate.
    assert!(is_unavailable(&Redis::new(&url).unwrap()).await);
    let trusting = Redis::new(&url).unwrap().root_certificates(authority.pem()).unwrap();
    assert!(is_unavailable(&trusting).await);

    let (chain, key) = certificate("client", &authority);
    let redis = trusting.client_certificate(chain.clone(), key.clone()).unwrap();
    call(&layer(&redis), ok).await.unwrap();
    assert_eq!(server.cli::<i64>(&["DBSIZE"]), 1);

    // The certificate of the server is for another address.
    let other = Redis::new(&format!("rediss://localhost:{port}")).unwrap();
    let other = other.root_certificates(authority.pem()).unwrap();
    assert!(is_unavailable(&other.client_certificate(chain, key).unwrap()).await);
}

#[test]
fn an_invalid_certificate_is_refused_at_once() {
    let redis = || Redis::new("rediss://127.0.0.1:1").unwrap();
    let (chain, key) = certificate("client", &authority());
    assert_eq!(redis().root_certificates("").unwrap_err(), RedisTlsError::Certificate);
    let cut = chain.split_at(80).0;
    assert_eq!(redis().root_certificates(cut).unwrap_err(), RedisTlsError::Certificate);
    let swapped = redis().client_certificate(key, chain.clone());
    assert_eq!(swapped.unwrap_err(), RedisTlsError::Certificate);
    assert_eq!(redis().client_certificate(chain, "").unwrap_err(), RedisTlsError::Key);
}
