//! The example `quickstart`, recorded from the simulator and replayed without a network.

use frameio::accounts::ListAccounts;
use frameio::comments::{CreateComment, ListComments};
use frameio::folders::ListFolderChildren;
use frameio::projects::ListProjects;
use frameio::transfer::{Transfers, Upload};
use frameio::users::ShowCurrentUser;
use frameio::workspaces::ListWorkspaces;
use frameio::{BoxError, Client};
use frameio_cassette::{Cassette, RecordLayer, Recorder, Replay};
use frameio_sim::{Sim, User};
use tower::{Layer, ServiceExt};

/// Texts of the account that must not be in a cassette.
const CANARIES: [&str; 8] = [
    "c4nary-token",
    "Canary Kim",
    "kim@canary.example",
    "canary-clip",
    "canary comment",
    "X-Amz",
    "127.0.0.1",
    "s3cret",
];

/// Results of the quickstart that a test can compare.
#[derive(Debug, PartialEq)]
struct Seen {
    comment: String,
    children: Vec<String>,
    comments: usize,
    size: u64,
}

/// The steps of `examples/quickstart.rs`.
async fn quickstart(client: &Client, transfers: &Transfers) -> Result<Seen, BoxError> {
    client.send(ShowCurrentUser::new()).await?;
    let account = client.items(ListAccounts::new()).next().await.ok_or("no account")??;
    let workspace = client.items(ListWorkspaces::new(&account.id)).next().await;
    let workspace = workspace.ok_or("no workspace")??;
    let project = client.items(ListProjects::new(&account.id, &workspace.id)).next().await;
    let project = project.ok_or("no project")??;

    let file = tempfile::Builder::new().prefix("canary-clip").suffix(".mp4").tempfile()?;
    std::fs::write(&file, vec![7; 3000])?;
    let upload = Upload::from_path(&account.id, &project.root_folder_id, file.path());
    let uploaded = transfers.upload(upload.name("canary-clip.mp4")).await?;

    let comment = CreateComment::new(&account.id, &uploaded.file.id, "canary comment");
    let comment = client.send(comment).await?;
    let mut children = client.items(ListFolderChildren::new(&account.id, project.root_folder_id));
    let mut names = Vec::new();
    while let Some(child) = children.next().await {
        names.push(child?.name().to_owned());
    }
    let comments = client.send(ListComments::new(&account.id, &uploaded.file.id)).await?;
    Ok(Seen {
        comment: comment.text,
        children: names,
        comments: comments.data.len(),
        size: uploaded.bytes,
    })
}

fn client(transport: impl frameio::layers::Transport, token: &str) -> Client {
    Client::builder().token(token).transport(transport).build().unwrap()
}

/// Records the quickstart: calls to the API, and parts to the storage.
async fn recorded() -> (Cassette, Seen) {
    let user = User::admin("Canary Kim", "kim@canary.example").token("c4nary-token");
    let sim = Sim::builder().user(user).part_size(2000).build();
    let recorder = Recorder::new();
    let transport = RecordLayer::new(&recorder).layer(sim.clone());
    let client = client(transport.clone(), "c4nary-token");
    let transfers = Transfers::builder(client.clone()).storage(transport).build();
    let seen = quickstart(&client, &transfers).await.unwrap();
    (recorder.cassette(), seen)
}

#[tokio::test(start_paused = true)]
async fn a_recorded_quickstart_replays_without_a_network() {
    let (cassette, seen) = recorded().await;
    let text = cassette.to_string();
    assert!(cassette.exchanges().len() >= 9, "{text}");
    for (mode, replay) in
        [("strict", Replay::strict(text.parse().unwrap())), ("lenient", Replay::lenient(cassette))]
    {
        let client = client(replay.clone(), "any");
        let transfers = Transfers::builder(client.clone()).storage(replay.clone()).build();
        let replayed = quickstart(&client, &transfers).await.unwrap();
        // The values that the quickstart sends return unchanged.
        assert_eq!((&replayed, mode), (&seen, mode));
        replay.finish().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_cassette_of_the_quickstart_contains_no_canary() {
    let (cassette, _) = recorded().await;
    let text = cassette.to_string();
    for canary in CANARIES {
        assert!(!text.to_lowercase().contains(&canary.to_lowercase()), "{canary} is in {text}");
    }
    let parts = cassette.exchanges().iter().filter(|it| it.request.method == "PUT");
    assert_eq!(parts.count(), 2, "{text}");
}

#[tokio::test]
async fn the_file_is_private_and_equal_when_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("me.jsonl");
    let recorder = Recorder::new();
    let transport = RecordLayer::new(&recorder).layer(Sim::new());
    let request = http::Request::get("/v4/me").body(frameio::Body::empty()).unwrap();
    transport.oneshot(request).await.unwrap();
    recorder.cassette().write(&path).unwrap();
    assert_eq!(Cassette::read(&path).unwrap(), recorder.cassette());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
