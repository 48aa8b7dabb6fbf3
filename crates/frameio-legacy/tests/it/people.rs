//! Teams, projects, collaborators, webhooks and the audit log.

use frameio_sim::Sim;
use http::Method;
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn collaborators_are_those_of_the_project_alone() {
    let world = World::with(Sim::builder(), |legacy| legacy.page_size(1));
    world.collaborator("Zoe", "zoe@example.com").await;
    world.collaborator("Ann", "ann@example.com").await;
    let path = format!("/v2/projects/{}/collaborators?include=project_role", world.project);
    let first = world.get(&path).await;
    assert_eq!((first.header("total"), first.header("total-pages")), ("2", "2"));
    assert_eq!(first.body[0]["user"]["email"], "ann@example.com");
    assert!(first.header("x-frameio-legacy").contains("lossy"));
    // As the SDK asks for the second page.
    let second = world.get(&format!("{path}?page=2")).await;
    assert_eq!(second.body[0]["user"]["email"], "zoe@example.com");
    let pending = format!("/v2/projects/{}/pending_collaborators?sort=email", world.project);
    let pending = world.get(&pending).await;
    assert_eq!((pending.body.clone(), pending.header("total")), (json!([]), "0"));

    let id = first.body[0]["id"].as_str().unwrap();
    let removed = world.delete(&format!("/v2/collaborators/{id}")).await;
    assert_eq!((removed.status.as_u16(), &removed.body["id"]), (200, &json!(id)));
    assert_eq!(world.get(&path).await.header("total"), "1");
    let by_email = format!("/v2/projects/{}/collaborators/_?email=zoe@example.com", world.project);
    assert_eq!(world.delete(&by_email).await.status, 200);
    assert_eq!(world.get(&path).await.header("total"), "0");
}

#[tokio::test]
async fn users_of_the_account_become_collaborators() {
    let world = World::new();
    let ann = frameio_sim::User::member("Ann", "ann@example.com");
    world.sim.add_user(ann);
    let path = format!("/v2/projects/{}/collaborators", world.project);
    let added = world.post(&path, json!({"email": "ANN@example.com"})).await;
    assert_eq!(added.body["user"]["email"], "ann@example.com", "{}", added.body);
    let stranger = world.post(&path, json!({"email": "x@example.com"})).await;
    assert_eq!(stranger.status, 422);
    assert_eq!(stranger.body["errors"][0]["replacement"], "shares.add_reviewers");
    let batch = json!({"batch": [{"email": "ann@example.com"}, {"email": "x@example.com"}]});
    let path = format!("/v2/batch/projects/{}/collaborators", world.project);
    let removed = world.call(Method::DELETE, &path, batch.clone()).await.body;
    assert!(removed["success"]["ann@example.com"] == true && removed["error"].is_object());
    let path = format!("/v2/batch/teams/{}/members", world.team);
    let added = world.post(&path, batch.clone()).await.body;
    assert!(added["success"]["ann@example.com"].is_string(), "{added}");
    assert_eq!(world.call(Method::DELETE, &path, batch).await.status, 200);
}

#[tokio::test]
async fn teams_and_projects_of_all_accounts_are_found() {
    let world = World::with(Sim::builder().account("Second"), |legacy| legacy);
    let accounts = world.get("/v2/accounts").await;
    let second = accounts.ids().into_iter().find(|id| **id != world.account).unwrap().to_owned();
    assert_eq!(accounts.body[0]["owner"]["email"], "demo@example.com");
    let teams = format!("/v2/accounts/{second}/teams");
    let team = world.post(&teams, json!({"name": "T"})).await.body;
    let team = team["id"].as_str().unwrap();
    let projects = format!("/v2/teams/{team}/projects");
    let project = world.post(&projects, json!({"name": "P", "private": "true"})).await.body;
    assert_eq!(
        (&project["private"], &project["root_asset"]["name"]),
        (&json!(true), &json!("root"))
    );
    assert_eq!(project["root_asset"]["account_id"], second.as_str());
    assert!(world.get("/v2/teams").await.ids().contains(&team));

    // Nothing is known to a façade that has just started.
    let legacy = frameio_legacy::LegacyService::new(crate::world::client(&world.sim));
    let world = World { legacy, ..world };
    let id = project["id"].as_str().unwrap();
    assert_eq!(world.get(&format!("/v2/projects/{id}")).await.body["account_id"], second.as_str());
    assert_eq!(world.get(&format!("/v2/teams/{team}")).await.body["account_id"], second.as_str());
    let me = world.get(&format!("/v2/accounts/{second}/membership")).await;
    assert_eq!(me.status, 200);
}

#[tokio::test]
async fn archived_projects_are_left_out() {
    let world = World::new();
    let path = format!("/v2/projects/{}", world.project);
    let archived = world.put(&path, json!({"archived": "true"})).await.body;
    assert_eq!(archived["archive_status"], "archived");
    let list = format!("/v2/teams/{}/projects", world.team);
    assert_eq!(world.get(&list).await.header("total"), "0");
    assert_eq!(world.get(&format!("{list}?filter%5Barchived%5D=all")).await.header("total"), "1");
    assert_eq!(world.put(&path, json!({"project_preferences": {}})).await.status, 422);
    assert_eq!(world.put(&path, json!({})).await.status, 422);
    let gone = world.delete(&path).await;
    assert!(gone.status == 200 && gone.body["deleted_at"].is_string());
    assert_eq!(world.get(&path).await.status, 404);
}

#[tokio::test]
async fn webhooks_have_the_events_of_v2() {
    let world = World::new();
    let path = format!("/v2/teams/{}/hooks", world.team);
    let events = json!(["asset.created", "comment.created", "collaborator.created"]);
    let body = json!({"name": "h", "url": "https://hooks.example.com", "events": events});
    let made = world.post(&path, body).await;
    assert_eq!(made.body["events"], json!(["asset.created", "comment.created"]));
    assert!(made.body["secret"].is_string());
    assert_eq!(made.header("warning"), "299 - \"ignored: collaborator.created\"");
    let none = json!({"name": "h", "url": "https://x.example", "events": ["action.executed"]});
    assert_eq!(world.post(&path, none).await.status, 422);
    let one = format!("/v2/hooks/{}", made.body["id"].as_str().unwrap());
    assert_eq!(world.put(&one, json!({"active": false})).await.body["active"], false);
    let all = world.get(&format!("/v2/accounts/{}/hooks", world.account)).await;
    assert_eq!(all.header("total"), "1");
    assert_eq!(world.delete(&one).await.status, 200);
    assert_eq!(world.get(&one).await.status, 404);
}

#[tokio::test]
async fn actions_are_managed() {
    let world = World::new();
    let path = format!("/v2/teams/{}/actions", world.team);
    let body = json!({"name": "a", "event": "e", "url": "https://actions.example.com"});
    let made = world.post(&path, body).await;
    assert_eq!((made.status.as_u16(), &made.body["description"]), (200, &json!("a")));
    assert_eq!(world.get(&path).await.header("total"), "1");
    let one = format!("/v2/actions/{}", made.body["id"].as_str().unwrap());
    assert_eq!(world.put(&one, json!({"name": "b"})).await.body["name"], "b");
    assert_eq!(world.delete(&one).await.status, 200);
    assert_eq!(world.get(&one).await.status, 404);
}

#[tokio::test]
async fn the_audit_log_is_filtered() {
    let world = World::new();
    let file = world.file(&world.root, "a.mp4", 10).await;
    let path = format!("/v2/accounts/{}/audit_logs", world.account);
    let query = format!("filter%5Bitem_id%5D={file}&filter%5Bitem_type%5D=asset");
    let of_file = world.get(&format!("{path}?{query}")).await;
    assert!(of_file.body.as_array().unwrap().iter().all(|it| it["item_id"] == file.as_str()));
    let query = "filter[action]=AssetCreated&filter[inserted_at]=gte,2020-01-01";
    let created = world.get(&format!("{path}?{query}")).await;
    assert_eq!(created.body[0]["action"], "AssetCreated", "{}", created.body);
    assert_eq!(world.get(&format!("{path}?filter[color]=red")).await.status, 422);
    let events = world.get(&format!("/v2/accounts/{}/events", world.account)).await;
    assert!(events.header("x-frameio-legacy").contains("lossy"));
}
