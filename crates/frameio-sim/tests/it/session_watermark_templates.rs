//! Session watermark templates.

use std::time::Duration;

use frameio_sim::Sim;
use http::StatusCode;
use serde_json::{Value, json};

use crate::api::Api;

/// Succeeds with each operation.
pub(crate) async fn scenario(api: &Api) {
    let list = format!("{}/session_watermark_templates", api.account());
    let made = api.post(&list, template("Screener")).await.created();
    let path = format!("{list}/{}", made["id"].as_str().unwrap());
    let all = "include=creator&sort=created_at_desc&include_total_count=true";
    assert_eq!(api.get(&format!("{list}?{all}")).await.names(), ["Screener"]);
    let shown = api.get(&format!("{path}?include=creator")).await.data();
    assert_eq!(shown["creator"]["id"], made["creator_id"]);
    api.patch(&path, json!({"name": "Dailies"})).await.data();
}

fn template(name: &str) -> Value {
    let block = json!({
        "name": "Who", "alpha": 0.5, "font_size": "large", "position": "top_left",
        "position_x": 0.25, "text_color": "#ffffff", "text_shadow": true,
        "data_points": [
            {"type": "email", "order": 1},
            {"type": "custom_text", "order": 2, "value": "Confidential"},
        ],
    });
    json!({"name": name, "watermark_blocks": [block]})
}

#[tokio::test(start_paused = true)]
async fn an_update_of_a_template_changes_only_the_given_fields() {
    let api = Api::of(Sim::builder().quotas(false).account("Other").build());
    let list = format!("{}/session_watermark_templates", api.account());
    let made = api.post(&list, template("b")).await.created();
    api.post(&list, template("a")).await.created();
    let path = format!("{list}/{}", made["id"].as_str().unwrap());
    assert_eq!(made["watermark_blocks"], template("b")["watermark_blocks"]);
    assert_eq!((&made["deleted_at"], made.get("creator")), (&json!(null), None));
    tokio::time::advance(Duration::from_secs(60)).await;
    let renamed = api.patch(&path, json!({"name": "c", "watermark_blocks": null})).await.data();
    assert_eq!(renamed["watermark_blocks"], made["watermark_blocks"]);
    assert_ne!(renamed["updated_at"], made["updated_at"]);
    let emptied = api.patch(&path, json!({"name": null, "watermark_blocks": []})).await.data();
    assert_eq!((&emptied["name"], &emptied["watermark_blocks"]), (&json!("c"), &json!([])));
    assert_eq!(api.get(&path).await.data(), emptied);
    assert_eq!(api.get(&list).await.names(), ["c", "a"]);
    assert_eq!(api.get(&format!("{list}?sort=name_asc")).await.names(), ["a", "c"]);

    let other = api.get("/v4/accounts?sort=display_name_desc").await.data();
    let other = format!("/v4/accounts/{}", other[0]["id"].as_str().unwrap());
    let other = format!("{other}/session_watermark_templates");
    assert_eq!(api.get(&other).await.names(), <[&str; 0]>::default());
    let foreign = format!("{other}/{}", made["id"].as_str().unwrap());
    assert_eq!(api.get(&foreign).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn admins_create_templates_and_all_users_see_them() {
    let api = Api::new();
    let list = format!("{}/session_watermark_templates", api.account());
    api.post(&list, template("a")).await.created();
    let viewer = api.with_token(&api.sim.token_of(&api.sim.demo().viewer_id).unwrap());
    assert_eq!(viewer.get(&list).await.names(), ["a"]);
    assert_eq!(viewer.post(&list, template("b")).await.status, StatusCode::FORBIDDEN);
    let wrong = json!({"name": "b", "watermark_blocks": [{"position": "left"}]});
    let wrong = api.post(&list, wrong).await;
    let block = "/data/watermark_blocks/0";
    assert_eq!(wrong.pointers(), [format!("{block}/data_points"), format!("{block}/position")]);
}
