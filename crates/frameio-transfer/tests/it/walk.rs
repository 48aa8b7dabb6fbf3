//! Walks through trees, and resolution of paths.

use frameio::folders::CreateFolder;
use frameio::transfer::{Locator, ResolvedItem, TransferErrorKind, Transfers, Upload};
use frameio::{Client, FolderId};
use frameio_sim::{Fault, Sim};
use http::StatusCode;

use crate::download::sim;
use crate::support::{content, place, transfers};

pub(crate) async fn folder(sim: &Sim, parent: &FolderId, name: &str) -> FolderId {
    let client = Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap();
    let create = CreateFolder::new(&sim.demo().account_id, parent).name(name);
    client.send(create).await.unwrap().id
}

pub(crate) async fn file(sim: &Sim, parent: &FolderId, name: &str, length: usize) {
    let upload = Upload::from_bytes(&sim.demo().account_id, parent, name, content(length));
    transfers(sim).upload(upload).await.unwrap();
}

/// `/a.mov`, `/Day 1/b.mov`, `/Day 1/Cam\/A/c.mov`, and `/Day 2`.
pub(crate) async fn tree(sim: &Sim) {
    let (_, root) = place(sim);
    file(sim, &root, "a.mov", 10).await;
    let day = folder(sim, &root, "Day 1").await;
    folder(sim, &root, "Day 2").await;
    file(sim, &day, "b.mov", 20).await;
    let camera = folder(sim, &day, "Cam/A").await;
    file(sim, &camera, "c.mov", 30).await;
}

async fn walked(mut walk: frameio::transfer::Walk) -> (Vec<String>, Vec<String>) {
    let (mut paths, mut errors) = (Vec::new(), Vec::new());
    while let Some(entry) = walk.next().await {
        match entry {
            Ok(entry) => paths.push(entry.path.to_string()),
            Err(error) => errors.push(error.to_string()),
        }
    }
    for (n, path) in paths.iter().enumerate() {
        let before = &paths[..n];
        let folder = path.rsplit_once('/').filter(|(folder, _)| !folder.ends_with('\\'));
        let folder = folder.map_or("", |(folder, _)| folder);
        assert!(folder.is_empty() || before.iter().any(|it| it == folder), "{paths:?}");
    }
    paths.sort();
    (paths, errors)
}

#[tokio::test(start_paused = true)]
async fn yields_all_items_with_folders_first() {
    let sim = sim();
    tree(&sim).await;
    let (account, root) = place(&sim);
    let transfers = transfers(&sim);
    let all =
        ["/Day 1", r"/Day 1/Cam\/A", r"/Day 1/Cam\/A/c.mov", "/Day 1/b.mov", "/Day 2", "/a.mov"];
    for concurrency in [1, 8] {
        let walk = transfers.walk(&account, &root).concurrency(concurrency);
        assert_eq!(walked(walk).await, (all.map(String::from).to_vec(), vec![]));
    }
    let walk = transfers.walk_project(&account, &sim.demo().project_id);
    assert_eq!(walked(walk).await.0, all);
    let (paths, errors) = walked(transfers.walk(&account, &root).max_depth(1)).await;
    assert_eq!(paths.len(), 5);
    assert_eq!(errors, [r"/Day 1/Cam\/A: the folder exceeds the maximum depth of 1"]);
}

#[tokio::test(start_paused = true)]
async fn continues_after_a_folder_that_fails() {
    let sim = sim();
    tree(&sim).await;
    let (account, root) = place(&sim);
    let mut walk = transfers(&sim).walk(&account, &root).concurrency(1);
    walk.next().await.unwrap().unwrap();
    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("folders.index"));
    let (paths, errors) = walked_rest(walk).await;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("/Day 2: folders.index: 403"), "{errors:?}");
    assert!(paths.contains(&r"/Day 1/Cam\/A/c.mov".to_owned()), "{paths:?}");
}

async fn walked_rest(mut walk: frameio::transfer::Walk) -> (Vec<String>, Vec<String>) {
    let (mut paths, mut errors) = (Vec::new(), Vec::new());
    while let Some(entry) = walk.next().await {
        match entry {
            Ok(entry) => paths.push(entry.path.to_string()),
            Err(error) => errors.push(error.to_string()),
        }
    }
    (paths, errors)
}

async fn kind_of(transfers: &Transfers, text: &str) -> (TransferErrorKind, String) {
    let error = transfers.resolve(text.parse().unwrap()).await.unwrap_err();
    (error.kind(), error.to_string())
}

#[tokio::test(start_paused = true)]
async fn resolves_paths_to_ids_and_back() {
    let sim = sim();
    tree(&sim).await;
    let (account, root) = place(&sim);
    let transfers = transfers(&sim);
    let below = "/Demo Workspace/Demo Project";
    for (path, kind) in [
        ("/Demo Workspace", "workspace"),
        (below, "project"),
        (&format!("{below}/Day 1/"), "folder"),
        (&format!(r"{below}/Day 1/Cam\/A/c.mov"), "file"),
        (&format!(r"//Demo Account{below}/Day 1/Cam\/A/c.mov"), "file"),
        (&format!(r"//{}{below}/a.mov", account.as_str()), "file"),
    ] {
        let place = transfers.resolve(path.parse().unwrap()).await.unwrap();
        let id = match &place.item {
            ResolvedItem::Workspace => {
                assert_eq!((kind, &place.workspace_id), ("workspace", &sim.demo().workspace_id));
                continue;
            }
            ResolvedItem::Project(project) => ("project", project.id.as_str().to_owned()),
            ResolvedItem::Folder(folder) => ("folder", folder.id.as_str().to_owned()),
            ResolvedItem::File(file) => ("file", file.id.as_str().to_owned()),
            other => panic!("{other:?}"),
        };
        assert_eq!(id.0, kind, "{path}");
        assert_eq!(place.account_id, account);
        assert_eq!(place.project_id.as_ref(), Some(&sim.demo().project_id));
        let back = transfers.resolve(id.1.parse().unwrap()).await.unwrap();
        assert_eq!(back, place, "{path}");
        if kind != "project" {
            let back = transfers.locate(&account, &id.1.as_str().into()).await.unwrap();
            assert_eq!(back.path, place.path);
        }
    }
    let project = transfers.locate(&account, &root.clone().into()).await.unwrap();
    assert_eq!((project.path.to_string().as_str(), project.folder_id()), (below, Some(&root)));
}

#[tokio::test(start_paused = true)]
async fn reports_missing_and_ambiguous_names() {
    let sim = sim();
    tree(&sim).await;
    let (_, root) = place(&sim);
    let transfers = transfers(&sim);
    let below = "/Demo Workspace/Demo Project";
    let (kind, message) = kind_of(&transfers, &format!("{below}/day 1")).await;
    assert_eq!(kind, TransferErrorKind::NotFound);
    assert!(
        message.ends_with("'day 1' in /Demo Workspace/Demo Project; did you mean 'Day 1'?"),
        "{message}"
    );
    let (kind, message) = kind_of(&transfers, "/Nowhere").await;
    assert_eq!(kind, TransferErrorKind::NotFound, "{message}");
    let (kind, _) = kind_of(&transfers, "00000000-0000-4000-8000-000000000000").await;
    assert_eq!(kind, TransferErrorKind::NotFound);
    let (kind, _) = kind_of(&transfers, "/").await;
    assert_eq!(kind, TransferErrorKind::Invalid);

    let other = folder(&sim, &root, "Day 1").await;
    let (kind, message) = kind_of(&transfers, &format!("{below}/Day 1/b.mov")).await;
    assert_eq!(kind, TransferErrorKind::Ambiguous);
    assert!(message.contains(&format!("{} (folder)", other.as_str())), "{message}");
    let by_id: Locator = other.as_str().parse().unwrap();
    assert_eq!(transfers.resolve(by_id).await.unwrap().folder_id(), Some(&other));
}
