//! HTTP/2 over TLS, which the client negotiates. Linux only, where a variable names the authorities.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use frameio_sim::samples;
use frameio_testing::http2::{self, Script, go_away, reset, response};
use frameio_testing::raw::Reaction;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::program::{end, offline};

const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;

/// Returns the configuration of a server that offers only HTTP/2, and its authority as PEM.
fn tls() -> (ServerConfig, String) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    (config, authority.pem())
}

/// Creates a folder with the command at a server with `script`. Returns the exit status, standard error, and
/// the number of requests.
async fn create_folder(script: impl Script) -> (i32, String, usize) {
    let (config, authority) = tls();
    let directory = tempfile::tempdir().unwrap();
    let authorities = directory.path().join("authority.pem");
    std::fs::write(&authorities, authority).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Arc::new(AtomicUsize::new(0));
    let seen = requests.clone();
    let server = tokio::spawn(async move {
        let (acceptor, script) = (TlsAcceptor::from(Arc::new(config)), Arc::new(script));
        // More than the test opens.
        for _ in 0..10 {
            let Ok((stream, _)) = listener.accept().await else { return };
            let (acceptor, seen, script) = (acceptor.clone(), seen.clone(), script.clone());
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    http2::serve(stream, &seen, &*script).await;
                }
            });
        }
    });
    let input = json!({"account_id": "a", "folder_id": "f", "data": {"name": "Dailies"}});
    let mut command = offline();
    command
        .args(["call", "folders.create", "--input", &input.to_string()])
        .env("FRAMEIO_BASE_URL", format!("https://localhost:{port}"))
        .env("FRAMEIO_TOKEN", "token")
        .env("SSL_CERT_FILE", authorities);
    let ended = end(command, None).await;
    server.abort();
    (ended.status, ended.stderr, requests.load(Relaxed))
}

fn created(stream: u32) -> Reaction {
    Reaction::Send(response(stream, &json!({"data": samples::folder()}).to_string()))
}

#[tokio::test]
async fn a_create_is_repeated_only_if_the_server_did_not_process_it() {
    let refused = create_folder(|number, stream| match number {
        0 => Reaction::Send(reset(stream, REFUSED_STREAM)),
        _ => created(stream),
    });
    assert_eq!(refused.await, (0, String::new(), 2));
    let closed = create_folder(|number, stream| match number {
        0 => Reaction::SendAndClose(go_away(0, 0)),
        _ => created(stream),
    });
    assert_eq!(closed.await, (0, String::new(), 2));
    let failed = create_folder(|_, stream| Reaction::Send(reset(stream, INTERNAL_ERROR)));
    let (status, message, requests) = failed.await;
    assert_eq!((status, requests), (9, 1), "{message}");
    assert!(
        message.contains("; the request may have been carried out: `frameio call folders.index`"),
        "{message}"
    );
}
