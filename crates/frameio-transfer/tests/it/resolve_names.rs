//! Unicode normalization of names, workspaces by id, and lists of workspaces.

use frameio::Client;
use frameio::projects::CreateProject;
use frameio::transfer::{ResolvedItem, TransferErrorKind};
use frameio::workspaces::CreateWorkspace;
use frameio_sim::Sim;

use crate::support::transfers;
use crate::walk::{file, folder};

const NFC: &str = "Caf\u{e9}";
const NFD: &str = "Cafe\u{301}";

/// Creates a simulator in which all names are in normalization form D.
async fn decomposed() -> Sim {
    let sim = Sim::builder().quotas(false).account(NFD).build();
    let client = Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap();
    let demo = sim.demo();
    let workspace = CreateWorkspace::new(&demo.account_id).name(NFD);
    let workspace = client.send(workspace).await.unwrap();
    let project = CreateProject::new(&demo.account_id, &workspace.id, NFD);
    let project = client.send(project).await.unwrap();
    let folder = folder(&sim, &project.root_folder_id, NFD).await;
    file(&sim, &folder, NFD, 5).await;
    sim
}

#[tokio::test(start_paused = true)]
async fn finds_names_in_form_d_by_form_c() {
    let sim = decomposed().await;
    let transfers = transfers(&sim);
    for depth in 1..=4 {
        let path = format!("/{NFC}").repeat(depth);
        let resolved = transfers.resolve(path.parse().unwrap()).await.unwrap();
        assert_eq!(resolved.path.names(), vec![NFD; depth]);
    }
    let account = format!("//{NFC}/x");
    let error = transfers.resolve(account.parse().unwrap()).await.unwrap_err();
    assert!(
        error.to_string().contains("no such workspace 'x'"),
        "the account was not found: {error}"
    );
    assert!(transfers.workspaces(Some(NFC)).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn prefers_an_exact_name_and_refuses_an_ambiguous_one() {
    let sim = decomposed().await;
    let transfers = transfers(&sim);
    let project = transfers.resolve(format!("/{NFD}/{NFD}").parse().unwrap()).await.unwrap();
    let exact = folder(&sim, project.folder_id().unwrap(), NFC).await;
    let find = |name: &str| {
        let path = format!("/{NFD}/{NFD}/{name}").parse().unwrap();
        transfers.resolve(path)
    };
    assert_eq!(find(NFC).await.unwrap().folder_id(), Some(&exact));
    assert_ne!(find(NFD).await.unwrap().folder_id(), Some(&exact));
    folder(&sim, project.folder_id().unwrap(), NFC).await;
    assert_eq!(find(NFC).await.unwrap_err().kind(), TransferErrorKind::Ambiguous);
}

#[tokio::test(start_paused = true)]
async fn finds_a_workspace_by_its_id() {
    let sim = Sim::builder().quotas(false).build();
    let transfers = transfers(&sim);
    let by_path = transfers.resolve("/Demo Workspace".parse().unwrap()).await.unwrap();
    let id = sim.demo().workspace_id;
    let by_id = transfers.resolve(id.as_str().parse().unwrap()).await.unwrap();
    assert_eq!(by_id, by_path);
    assert_eq!((by_id.workspace_id, by_id.item), (id, ResolvedItem::Workspace));
}

#[tokio::test(start_paused = true)]
async fn lists_workspaces_by_account() {
    let sim = Sim::builder().quotas(false).account("Other").build();
    let transfers = transfers(&sim);
    let names = |found: Vec<(frameio::AccountId, frameio::workspaces::Workspace)>| {
        found.into_iter().map(|(_, workspace)| workspace.name).collect::<Vec<_>>()
    };
    assert_eq!(names(transfers.workspaces(None).await.unwrap()), ["Demo Workspace"]);
    let by_name = transfers.workspaces(Some("Demo Account")).await.unwrap();
    let by_id = transfers.workspaces(Some(sim.demo().account_id.as_str())).await.unwrap();
    assert_eq!((names(by_name), names(by_id).len()), (vec!["Demo Workspace".to_owned()], 1));
    assert!(transfers.workspaces(Some("Other")).await.unwrap().is_empty());
    let error = transfers.workspaces(Some("Nobody")).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::NotFound);
}
