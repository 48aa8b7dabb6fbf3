//! Processes that share a file of tokens: this test and copies of it.

use std::process::{Command, Output, Stdio};

use frameio::auth::{Credential, FileStore, Ims, Session, Tokens};
use frameio::{Body, transport::HyperTransport};
use frameio_sim::{Credential as App, Sim};
use http::Request;
use jiff::Timestamp;
use tower::ServiceExt;

use crate::REDIRECT;

const URL: &str = "FRAMEIO_TEST_IMS_URL";
const PATH: &str = "FRAMEIO_TEST_TOKENS";
const ROTATIONS: usize = 5;

fn session(url: &str, path: &str) -> Session {
    let credential = Credential::native(App::DEMO_NATIVE, REDIRECT);
    let ims = Ims::builder(credential).base_url(url).build().unwrap();
    Session::builder(ims).store(FileStore::new(path)).build()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_share_a_file_through_rotations() {
    if let (Ok(url), Ok(path)) = (std::env::var(URL), std::env::var(PATH)) {
        return child(&session(&url, &path)).await;
    }
    let sim = Sim::new();
    let server = sim.clone().serve().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens.json").to_str().unwrap().to_owned();
    let mine = session(server.url(), &path);
    let authorization = mine.ims().authorization().unwrap();
    let request = Request::get(authorization.url()).body(Body::empty()).unwrap();
    let response = HyperTransport::builder().build().oneshot(request).await.unwrap();
    let code = authorization.finish(response.headers()["location"].to_str().unwrap()).unwrap();
    let tokens = mine.ims().exchange(code).await.unwrap();
    // Expired, so that all processes start with a refresh.
    let expired = Timestamp::UNIX_EPOCH;
    let tokens = Tokens::new(tokens.access_token.expose(), tokens.refresh_token.clone(), expired);
    mine.import(tokens).await.unwrap();

    let children = [(); 2].map(|()| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "processes::processes_share_a_file_through_rotations", "--nocapture"])
            .env(URL, server.url())
            .env(PATH, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        tokio::task::spawn_blocking(move || child.wait_with_output().unwrap())
    });
    child(&mine).await;
    for done in children {
        let Output { status, stdout, stderr } = done.await.unwrap();
        let output = [stdout, stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        assert!(status.success(), "{output:?}");
        assert!(output[0].contains("1 passed"), "{output:?}");
    }
    let requests = sim.requests();
    let token_requests =
        requests.iter().filter(|request| request.operation == Some(Sim::IMS_TOKEN));
    let statuses: Vec<_> = token_requests.map(|request| request.status.unwrap().as_u16()).collect();
    assert!(statuses.iter().all(|status| *status == 200), "no request is refused: {statuses:?}");
    // The exchange, and the rotations of at least one and at most three processes.
    let rotations = ROTATIONS + 1..=3 * (ROTATIONS + 1);
    assert!(rotations.contains(&(statuses.len() - 1)), "{statuses:?}");
    // The final tokens are valid, regardless of the process that saved them.
    mine.refresh().await.unwrap();
}

async fn child(session: &Session) {
    session.token().await.unwrap();
    for _ in 0..ROTATIONS {
        session.refresh().await.unwrap();
    }
}
