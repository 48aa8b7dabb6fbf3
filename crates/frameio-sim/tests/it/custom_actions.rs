//! Custom actions and their interactions.

use std::time::Duration;

use frameio_core::ActionId;
use frameio_sim::{Interaction, Shown, Sim, TriggerError};
use frameio_webhook::Resource;
use http::StatusCode;
use serde_json::{Value, json};

use crate::api::Api;
use crate::receiver::{Receiver, Reply, until};

/// Succeeds with each operation.
pub(crate) async fn scenario(api: &Api) {
    let list = format!("{}/actions", api.workspace());
    let data = json!({
        "name": "Transcode", "description": "d", "event": "transcode", "multi_asset": false,
        "timeout": 10, "url": "https://example.com/",
    });
    let made = api.post(&list, data).await.created();
    let action = format!("{}/actions/{}", api.account(), made["id"].as_str().unwrap());
    api.get(&format!("{list}?include=creator&include_total_count=true")).await.data();
    api.get(&format!("{action}?include=creator")).await.data();
    api.patch(&action, json!({"active": false, "timeout": 5})).await.data();
    assert_eq!(api.delete(&action).await.status, StatusCode::NO_CONTENT);
}

struct Stage {
    api: Api,
    receiver: Receiver,
    action: Value,
    path: String,
    file: Resource,
}

/// Creates an action with these replies, and a file to run it on.
async fn stage(replies: impl IntoIterator<Item = Reply>, settings: Value) -> Stage {
    let api = Api::of(Sim::builder().quotas(false).build());
    let receiver = Receiver::new(replies).await;
    let mut data =
        json!({"name": "a", "description": "d", "event": "transcode", "url": receiver.url});
    data.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    let action = api.post(&format!("{}/actions", api.workspace()), data).await.created();
    let path = format!("{}/actions/{}", api.account(), action["id"].as_str().unwrap());
    let file = api.make_file(&api.root(), "clip.mp4", 3).await;
    let file = Resource::File(file["id"].as_str().unwrap().into());
    Stage { api, receiver, action, path, file }
}

impl Stage {
    fn id(&self) -> ActionId {
        self.action["id"].as_str().unwrap().into()
    }

    async fn run(&self) -> Result<Interaction, TriggerError> {
        self.run_on([self.file.clone()]).await
    }

    async fn run_on(
        &self,
        selection: impl IntoIterator<Item = Resource> + Send,
    ) -> Result<Interaction, TriggerError> {
        let sim = &self.api.sim;
        sim.trigger(&self.id(), &sim.demo().user_id, selection).await
    }
}

const FORM: &str = r#"{"title":"Transcode","description":"d","fields":[
    {"type":"select","name":"format","label":"F","value":"h264",
        "options":[{"name":"H.264","value":"h264"},{"name":"ProRes","value":"prores"}]},
    {"type":"text","name":"note","label":"N"},
    {"type":"boolean","name":"burn_in","label":"B"},
    {"type":"link","name":"terms","label":"T","value":"https://example.com"}]}"#;

const CHAINED: &str =
    r#"{"title":"Sure?","fields":[{"type":"boolean","name":"sure","label":"S","value":"true"}]}"#;

#[tokio::test]
async fn forms_are_followed_by_forms_and_a_message() {
    let message = r#"{"title":"Queued","description":"soon"}"#;
    let stage = stage([(200, FORM), (200, CHAINED), (201, message)], json!({})).await;
    let secret = stage.action["secret"].as_str().unwrap();
    let first = stage.run().await.unwrap();
    let Shown::Form(form) = first.shown() else { panic!("{first:?}") };
    assert_eq!((&*form.title, form.fields.len()), ("Transcode", 4));
    let second = first.submit([("format", "prores"), ("note", "now")]).await.unwrap();
    let Shown::Form(form) = second.shown() else { panic!("{second:?}") };
    assert_eq!(form.fields[0].name, "sure");
    let third = second.submit([("sure", false)]).await.unwrap();
    let Shown::Message { title, description, .. } = third.shown() else { panic!("{third:?}") };
    assert_eq!((&**title, &**description), ("Queued", "soon"));

    let received = stage.receiver.received();
    let demo = stage.api.sim.demo();
    let requests: Vec<_> = received
        .iter()
        .map(|it| it.verify(&stage.api.sim, secret).unwrap().action().unwrap())
        .collect();
    for request in &requests {
        assert_eq!((&request.interaction_id, &request.action_id), (first.id(), &stage.id()));
        assert!(request.selection().eq([stage.file.clone()]));
    }
    let body: Value = serde_json::from_slice(&received[0].body).unwrap();
    let expected = json!({
        "type": "transcode",
        "action_id": stage.action["id"],
        "interaction_id": first.id(),
        "account_id": demo.account_id,
        "workspace": {"id": demo.workspace_id},
        "project": {"id": demo.project_id},
        "user": {"id": demo.user_id},
        "resource": {"id": stage.file.id(), "type": "file"},
    });
    assert_eq!(body, expected);
    let data = |n: usize| serde_json::to_value(&requests[n].data).unwrap();
    assert_eq!(data(1), json!({"format": "prores", "note": "now", "burn_in": "false"}));
    assert_eq!(data(2), json!({"sure": false}));
    assert!(received[0].verify(&stage.api.sim, "another").is_err());
    assert_eq!(stage.api.sim.deliveries().len(), 3);
}

#[tokio::test]
async fn several_assets_are_sent_as_a_list_and_an_empty_response_ends_the_interaction() {
    let stage = stage([(204, ""), (200, "{}")], json!({})).await;
    let folder = stage.api.make_folder(&stage.api.root(), "f").await;
    let folder = Resource::Folder(folder.rsplit('/').next().unwrap().into());
    let selection = [stage.file.clone(), folder.clone()];
    let interaction = stage.run_on(selection).await.unwrap();
    assert_eq!(interaction.shown(), &Shown::Nothing);
    let none: [(&str, &str); 0] = [];
    let error = interaction.submit(none).await.unwrap_err();
    assert_eq!(error, TriggerError::Refused("no form is shown".to_owned()));
    let body: Value = serde_json::from_slice(&stage.receiver.received()[0].body).unwrap();
    assert_eq!(body.get("resource"), None);
    assert_eq!(
        body["resources"],
        json!([
            {"id": stage.file.id(), "type": "file"},
            {"id": folder.id(), "type": "folder"},
        ])
    );
    assert_eq!(stage.run().await.unwrap().shown(), &Shown::Nothing);
}

#[tokio::test]
async fn retries_an_action_after_its_timeout() {
    let stage = stage([(0, ""), (500, "")], json!({"timeout": 7})).await;
    let sim = stage.api.sim.clone();
    let (id, file) = (stage.id(), stage.file.clone());
    let user = sim.demo().user_id.clone();
    let caller = sim.clone();
    let run = tokio::spawn(async move { caller.trigger(&id, &user, [file]).await });
    stage.receiver.receives(1).await;
    sim.clock().advance(Duration::from_secs(7));
    until(|| sim.deliveries().len() == 1).await;
    assert_eq!(sim.deliveries()[0].error.as_deref(), Some("no response within 7 s"));
    for attempts in 2..4 {
        sim.clock().advance(Duration::from_secs(36));
        until(|| sim.deliveries().len() == attempts).await;
    }
    let interaction = run.await.unwrap().unwrap();
    assert_eq!(interaction.shown(), &Shown::Nothing);
    let mut ids = Vec::new();
    for received in stage.receiver.received() {
        let body: Value = serde_json::from_slice(&received.body).unwrap();
        ids.push(body["interaction_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids, [interaction.id().as_str(); 3]);
}

#[tokio::test(start_paused = true)]
async fn gives_up_on_an_action_after_five_attempts() {
    let Stage { api, receiver, action, file, .. } = stage([], json!({})).await;
    drop(receiver);
    let id = ActionId::from(action["id"].as_str().unwrap());
    let sim = &api.sim;
    let error = sim.trigger(&id, &sim.demo().user_id, [file]).await.unwrap_err();
    assert!(matches!(error, TriggerError::Failed(_)), "{error}");
    assert_eq!(sim.deliveries().len(), 5);
}

#[tokio::test]
async fn refuses_what_the_service_would_not_offer() {
    let stage = stage([(200, FORM)], json!({"multi_asset": false})).await;
    let sim = &stage.api.sim;
    let user = &sim.demo().user_id;
    let refused = |run: Result<Interaction, TriggerError>| match run {
        Err(TriggerError::Refused(detail)) => detail,
        other => panic!("{other:?}"),
    };
    let folder = Resource::Folder(sim.demo().root_folder_id.clone());
    let two = [stage.file.clone(), folder];
    assert!(refused(stage.run_on(two).await).contains("multi_asset"));
    let many = vec![stage.file.clone(); 101];
    assert!(refused(stage.run_on(many).await).starts_with("101 assets"));
    assert!(refused(stage.run_on([]).await).starts_with("0 assets"));
    let gone = Resource::File("gone".into());
    assert!(refused(stage.run_on([gone]).await).contains("no file 'gone'"));
    let unknown = sim.trigger(&"x".into(), user, [stage.file.clone()]).await;
    assert!(refused(unknown).contains("no such custom action"));
    let nobody = sim.trigger(&stage.id(), &"x".into(), [stage.file.clone()]).await;
    assert!(refused(nobody).contains("no such user"));

    let form = stage.run().await.unwrap();
    let detail = refused(form.submit([("formt", "h264")]).await);
    assert_eq!(detail, "the form has no field 'formt', only 'format', 'note', 'burn_in'");
    assert!(refused(form.submit([("terms", "x")]).await).contains("no field 'terms'"));
    assert!(refused(form.submit([("format", "avi")]).await).contains("'format' has no option"));

    stage.api.patch(&stage.path, json!({"active": false})).await.data();
    assert!(refused(stage.run().await).contains("deactivated"));
    assert_eq!(stage.receiver.received().len(), 1, "no other requests");
}

#[tokio::test]
async fn reports_responses_that_cannot_be_shown() {
    let field = r#"{"title":"T","fields":[{"type":"select","name":"s","label":"S"}]}"#;
    let replies = [
        (200, "OK"),
        (200, r#"{"fields":[]}"#),
        (200, field),
        (200, r#"{"message":"x"}"#),
        (200, r#"{"title":"T"}"#),
    ];
    let stage = stage(replies, json!({})).await;
    for expected in
        ["not JSON", "not a form", "`fields[0].options` is empty", "neither a form with 'fields'"]
    {
        let error = stage.run().await.unwrap_err();
        assert!(matches!(error, TriggerError::Unreadable(_)), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert!(matches!(stage.run().await.unwrap().shown(), Shown::Message { .. }));
}

#[tokio::test]
async fn a_new_action_has_the_documented_defaults() {
    let api = Api::new();
    let list = format!("{}/actions", api.workspace());
    let data = json!({"name": "a", "description": "d", "event": "e", "url": "https://example.com"});
    let made = api.post(&list, data).await.created();
    assert_eq!((&made["multi_asset"], &made["active"]), (&json!(true), &json!(true)));
    assert_eq!(made["creator_id"], api.sim.demo().user_id.as_str());
    let secret = made["secret"].as_str().unwrap();
    let listed = api.get(&format!("{list}?include=creator")).await.data();
    assert_eq!(listed[0]["creator"]["name"], "Demo User");
    assert!(!listed.to_string().contains(secret));
    let path = format!("{}/actions/{}", api.account(), made["id"].as_str().unwrap());
    let refused = api.patch(&path, json!({"url": "x"})).await;
    assert_eq!(refused.pointers(), ["/data/url"]);
    assert_eq!(api.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(api.get(&list).await.data(), json!([]));
}
