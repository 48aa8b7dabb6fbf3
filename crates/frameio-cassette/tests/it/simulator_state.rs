//! A cassette as a state of the simulator.

use frameio::accounts::ListAccounts;
use frameio::comments::ListComments;
use frameio::folders::{ListFolderChildren, ShowFolder};
use frameio::projects::ListProjects;
use frameio::users::ShowCurrentUser;
use frameio::version_stacks::ListVersions;
use frameio::workspaces::ListWorkspaces;
use frameio::{Client, FolderId};
use frameio_cassette::{RecordLayer, Recorder};
use frameio_sim::{SavedState, Sim};
use tower::Layer;

/// Walks the first project: names of assets below a folder, and the number of comments.
async fn walk(client: &Client) -> (Vec<String>, usize) {
    client.send(ShowCurrentUser::new()).await.unwrap();
    let account = client.items(ListAccounts::new()).next().await.unwrap().unwrap();
    let workspaces = ListWorkspaces::new(&account.id);
    let workspace = client.items(workspaces).next().await.unwrap().unwrap();
    let projects = ListProjects::new(&account.id, &workspace.id);
    let project = client.items(projects).next().await.unwrap().unwrap();
    client.send(ShowFolder::new(&account.id, &project.root_folder_id)).await.unwrap();
    let mut folders: Vec<FolderId> = vec![project.root_folder_id];
    let (mut names, mut comments) = (Vec::new(), 0);
    while let Some(folder) = folders.pop() {
        let list = ListFolderChildren::new(&account.id, folder);
        let mut children = client.items(list);
        while let Some(child) = children.next().await {
            let child = child.unwrap();
            names.push(format!("{} {}", child.kind(), child.name().contains("name-")));
            let id = child.id().to_string();
            match child.kind() {
                "folder" => folders.push(id.into()),
                "version_stack" => {
                    let list = ListVersions::new(&account.id, id);
                    names.push(client.send(list).await.unwrap().data.len().to_string());
                }
                _ => {
                    let list = ListComments::new(&account.id, id);
                    comments += client.send(list).await.unwrap().data.len();
                }
            }
        }
    }
    names.sort();
    (names, comments)
}

fn client(transport: impl frameio::layers::Transport, token: &str) -> Client {
    let builder = Client::builder().token(token).rate_limit(None);
    builder.transport(transport).build().unwrap()
}

#[tokio::test]
async fn a_simulator_of_a_cassette_has_the_recorded_tree() {
    let sim = Sim::builder().state(SavedState::demo()).quotas(false).build();
    let recorder = Recorder::new();
    let transport = RecordLayer::new(&recorder).layer(sim);
    let (names, comments) = walk(&client(transport, Sim::TOKEN)).await;
    assert!(names.len() > 10, "{names:?}");

    let state: SavedState = recorder.cassette().simulator_state().to_string().parse().unwrap();
    let sim = Sim::builder().state(state).quotas(false).build();
    let (replayed, replayed_comments) = walk(&client(sim, Sim::TOKEN)).await;
    let kinds = |names: &[String]| -> Vec<String> {
        names.iter().map(|it| it.split(' ').next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(kinds(&replayed), kinds(&names));
    assert_eq!(replayed_comments, comments);
    assert!(replayed.iter().all(|it| !it.ends_with("false")), "{replayed:?}");
}

#[test]
fn records_without_parents_move_and_incomplete_ones_are_omitted() {
    let id = |number: u8| format!("00000000-0000-4000-8000-0000000000{number:02}");
    let line = |n: u8, method: &str, target: &str, body: serde_json::Value| {
        let response = serde_json::json!({"status": 200, "body": {"json": body}});
        serde_json::json!({"n": n, "request": {"method": method, "target": target},
            "response": response})
        .to_string()
    };
    let file = serde_json::json!({"data": [
        {"id": id(2), "type": "file", "name": "name-1.mp4", "parent_id": id(9), "file_size": 5},
        {"id": id(3), "type": "folder", "name": "name-2", "parent_id": id(9)},
        {"id": id(4), "type": "version_stack", "name": "name-3", "parent_id": id(9)},
        {"id": "id-1", "type": "file", "name": "name-4", "parent_id": id(3)},
    ]});
    let children = format!("/v4/accounts/{}/folders/{}/children", id(1), id(9));
    let deleted = format!("/v4/accounts/{}/folders/{}", id(1), id(3));
    let text = [
        r#"{"frameio_cassette":1}"#.to_owned(),
        line(1, "GET", &children, file),
        line(2, "DELETE", &deleted, serde_json::Value::Null),
        line(3, "GET", "/v4/me", serde_json::json!({"data": {"id": id(5), "name": "name-5"}})),
    ]
    .join("\n");
    let cassette: frameio_cassette::Cassette = text.parse().unwrap();
    let state = cassette.simulator_state();
    state.to_string().parse::<SavedState>().unwrap();
    assert_eq!(state["state"]["files"].as_array().unwrap().len(), 1);
    assert_eq!(state["state"]["files"][0].get("parent_id"), None);
    assert_eq!(state["state"]["folders"], serde_json::json!([]));
    assert_eq!(state["state"]["version_stacks"], serde_json::json!([]));
    assert_eq!(state["state"]["accounts"][0]["id"], id(1));
}
