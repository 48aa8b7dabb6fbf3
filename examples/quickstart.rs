//! Uploads a file, comments on it and lists it.
//!
//! ```console
//! $ cargo run --example quickstart -- [FILE]
//! ```
//!
//! Without `FILE`, it uploads its own source. With `FRAMEIO_TOKEN` set, it uses the first project
//! of the real service; otherwise it starts a local Frame.io. `RUST_LOG=frameio=debug` shows every
//! call and attempt as it happens.

use std::error::Error;
use std::path::PathBuf;

use frameio::accounts::ListAccounts;
use frameio::comments::{CreateComment, ListComments};
use frameio::folders::ListFolderChildren;
use frameio::projects::{CreateProject, ListProjects, Project};
use frameio::transfer::{Transfers, Upload};
use frameio::users::ShowCurrentUser;
use frameio::workspaces::ListWorkspaces;
use frameio::{AccountId, Client, EndpointExt, FileId};
use frameio_sim::Sim;
use indicatif::{ProgressBar, ProgressStyle};
use tracing_subscriber::EnvFilter;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::CLOSE)
        .with_writer(std::io::stderr)
        .init();
    let own_source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/quickstart.rs");
    let path = std::env::args_os().nth(1).map_or(own_source, PathBuf::from);

    // The local Frame.io runs until its handle is dropped.
    let (client, _sim) = match std::env::var("FRAMEIO_TOKEN") {
        Ok(token) => (Client::new(token)?, None),
        Err(_) => {
            let sim = Sim::builder().build().serve().await?;
            println!("no FRAMEIO_TOKEN: using a local Frame.io at {}", sim.url());
            (Client::builder().base_url(sim.url()).token(Sim::TOKEN).build()?, Some(sim))
        }
    };

    let me = client.send(ShowCurrentUser::new()).await?;
    println!("signed in as {} <{}>", me.name, me.email);
    let mut accounts = client.items(ListAccounts::new());
    let account = accounts.next().await.ok_or("the user has no account")??;
    let project = find_project(&client, &account.id).await?;
    println!("uploading into the project {:?} of {:?}", project.name, account.display_name);

    let file_id = upload(&client, &account.id, &project, path).await?;

    let comment = CreateComment::new(&account.id, &file_id, "Uploaded by the quickstart.");
    let comment = client.send(comment).await?;
    println!("commented at {}: {}", comment.created_at, comment.text);

    println!("\nin the root folder of the project:");
    let list = ListFolderChildren::new(&account.id, project.root_folder_id).page_size(100);
    let mut children = client.items(list);
    while let Some(child) = children.next().await {
        let child = child?;
        println!("  {:14} {}", child.kind(), child.name());
    }
    let list = ListComments::new(&account.id, &file_id).with_meta();
    let comments = client.send(list).await?;
    println!("{} comment(s) on the file", comments.value.data.len());
    if let Some(limit) = comments.rate_limit {
        println!("remaining calls of that operation: {:?} of {}", limit.remaining, limit.limit);
    }
    Ok(())
}

/// Returns the first project of the first workspace, or creates one.
async fn find_project(client: &Client, account: &AccountId) -> Result<Project> {
    let mut workspaces = client.items(ListWorkspaces::new(account));
    let workspace = workspaces.next().await.ok_or("the account has no workspace")??;
    match client.items(ListProjects::new(account, &workspace.id)).next().await {
        Some(project) => Ok(project?),
        None => Ok(client.send(CreateProject::new(account, &workspace.id, "Quickstart")).await?),
    }
}

/// Uploads the file in parts, and waits until the service has put them together.
async fn upload(
    client: &Client,
    account: &AccountId,
    project: &Project,
    path: PathBuf,
) -> Result<FileId> {
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(
        "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
    )?);
    let shown = bar.clone();
    let upload =
        Upload::from_path(account, &project.root_folder_id, path).progress(move |progress| {
            shown.set_length(progress.total.unwrap_or_default());
            shown.set_position(progress.bytes);
        });
    let uploaded = Transfers::new(client.clone()).upload(upload).await?;
    bar.finish_and_clear();
    println!("uploaded {} bytes", uploaded.bytes);
    Ok(uploaded.file.id)
}
