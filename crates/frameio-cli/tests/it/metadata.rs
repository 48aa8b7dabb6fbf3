//! `frameio metadata`.

use frameio::files::CreateLocalUpload;
use frameio::metadata::UserValue;
use frameio::metadata_fields::{
    CreateFieldDefinition, DateConfiguration, DateFormat, FieldKind, MemberOptions,
    NewFieldDefinition, NumberConfiguration, TextConfiguration, ToggleConfiguration,
    UserConfiguration,
};
use frameio::{AccountId, Client, FieldDefinitionId};
use frameio_sim::{Fault, Sim, SimServer};
use http::StatusCode;
use serde_json::{Value, json};

use crate::comments::{CUT_3, STACK, STACK_PATH, demo};
use crate::program::{Ended, end, program, run};

const CUT_2: &str = "00000027-f1a0-4000-8000-000000000000";
const MIX: &str = "/Film/The Crossing/Sound/Mix 02.wav";
const CAMERA_A: &str = "/Film/The Crossing/Dailies/Day 01/Camera A";

pub(crate) fn client(server: &SimServer) -> Client {
    Client::builder().base_url(server.url()).token(Sim::TOKEN).build().unwrap()
}

async fn add_field(
    sim: &Sim,
    server: &SimServer,
    name: &str,
    kind: FieldKind,
) -> FieldDefinitionId {
    let account: AccountId = sim.demo().account_id;
    let create = CreateFieldDefinition::new(account, NewFieldDefinition::new(name, kind));
    client(server).send(create).await.unwrap().id
}

async fn metadata(server: &SimServer, arguments: &[&str]) -> Ended {
    run(server, &[&["metadata"], arguments].concat()).await
}

/// Returns the values of a file, as `metadata get --json` prints them.
async fn values(server: &SimServer, place: &str) -> Value {
    let ended = metadata(server, &["get", place, "--json"]).await;
    ended.json()["metadata"].take()
}

fn calls(sim: &Sim) -> u64 {
    sim.stats().by_operation.get("metadata.bulk_update").copied().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_the_values_of_the_head_of_a_stack() {
    let (_sim, server) = demo().await;
    let shown = metadata(&server, &["get", STACK_PATH]).await;
    shown.succeeded();
    let expected = format!(
        "\
FIELD          VALUE             PATH
Comment Count  3                 {STACK_PATH}
Date Uploaded  2026-03-09 10:08  {STACK_PATH}
Duration       121.0             {STACK_PATH}
File Size      298.50 MiB        {STACK_PATH}
Frame Rate     24                {STACK_PATH}
Resolution     1920 x 1080       {STACK_PATH}
Uploader       Demo User         {STACK_PATH}
Rating         5                 {STACK_PATH}
Status         Approved          {STACK_PATH}
"
    );
    assert_eq!(shown.stdout, expected);
    let wanted = ["get", STACK, MIX, "--field", "status", "--field", "KEYWORDS"];
    let csv = ["--format", "csv", "--columns", "path,field,value"];
    let shown = metadata(&server, &[&wanted[..], &csv].concat()).await;
    let expected = format!(
        "path,field,value\n{STACK_PATH},Keywords,\n{STACK_PATH},Status,Approved\n\
         {MIX},Keywords,\n{MIX},Status,\n"
    );
    assert_eq!(shown.stdout, expected);
    let json = [&wanted[..], &["--columns", "value", "--json"]].concat();
    assert_eq!(metadata(&server, &json).await.lines()[1], json!({"value": "Approved"}));
    let json =
        metadata(&server, &["get", CUT_3, "--field", "Status", "--field", "Uploader", "--json"]);
    let json = json.await.json();
    assert_eq!(
        (&json["file_id"], &json["metadata"]["Status"]),
        (&json!(CUT_3), &json!("Approved"))
    );
    assert_eq!(json["metadata"]["Uploader"]["email"], "demo@example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_the_values_of_a_tree_without_a_call_for_each_file() {
    let (sim, server) = demo().await;
    let shown = metadata(&server, &["get", "-r", "/Film/The Crossing/Dailies", "--json"]).await;
    shown.succeeded();
    let mut scenes: Vec<_> = shown.lines();
    scenes.sort_by_key(|line| line["path"].to_string());
    assert_eq!(scenes.len(), 6);
    assert_eq!(scenes[0]["path"], format!("{CAMERA_A}/A001_C001.mov"));
    assert_eq!(scenes[0]["metadata"]["Shot Type"], "Wide");
    assert_eq!(sim.stats().by_operation.get("metadata.show"), None);
    let refused = metadata(&server, &["get", CAMERA_A]).await;
    assert!(refused.failed(2).contains("pass '--recursive'"), "{refused:?}");
    let unknown = metadata(&server, &["get", "--field", "Sttus", MIX]).await;
    assert_eq!(unknown.status, 5);
    assert!(unknown.stderr.contains("no file has a field named 'Sttus'"), "{unknown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sets_a_status_on_the_head_of_a_stack() {
    let (sim, server) = demo().await;
    let set = metadata(&server, &["set", STACK_PATH, "status=in progress"]).await;
    set.succeeded();
    assert_eq!(set.stdout, format!("set: {STACK_PATH} (Status = In Progress)\n"));
    assert_eq!(values(&server, CUT_3).await["Status"], "In Progress");
    assert_eq!(values(&server, CUT_2).await["Status"], "In Progress");
    let set = metadata(&server, &["set", STACK, MIX, "Status=Approved", "--json"]).await;
    set.succeeded();
    assert_eq!(
        set.lines()[0],
        json!({
            "outcome": "set", "type": "file", "path": STACK_PATH, "id": CUT_3,
        })
    );
    assert_eq!(values(&server, MIX).await["Status"], "Approved");
    assert_eq!(values(&server, CUT_2).await["Status"], "In Progress", "an older version");
    assert_eq!(calls(&sim), 2, "the files of a project share a call");
}

#[tokio::test(flavor = "multi_thread")]
async fn sets_and_clears_values_of_each_type() {
    let (sim, server) = demo().await;
    add_field(&sim, &server, "Take", FieldKind::Number(NumberConfiguration::new(2))).await;
    add_field(&sim, &server, "a=b", FieldKind::Text(TextConfiguration::new())).await;
    add_field(&sim, &server, "Circled", FieldKind::Toggle(ToggleConfiguration::new())).await;
    let date = FieldKind::Date(DateConfiguration::new(DateFormat::Local));
    add_field(&sim, &server, "Größe am", date).await;
    let users = || UserConfiguration::new(MemberOptions::AllProjectMembers);
    add_field(&sim, &server, "Editor", FieldKind::UserSingle(users())).await;
    add_field(&sim, &server, "Crew", FieldKind::UserMulti(users())).await;
    let set = [
        "set",
        MIX,
        "Take=3.5",
        "a=b=c=d",
        "circled=yes",
        "GRO\u{308}\u{df}E am=2026-09-01",
        "Editor=EDITOR@example.com",
        "Crew=jonas weber,admin@example.com",
        "Keywords=interview",
        "Keywords=B-Roll",
        "Rating=4",
        "Notes=日本語 👩, 2nd = take",
    ];
    metadata(&server, &set).await.succeeded();
    let got = values(&server, MIX).await;
    assert_eq!(
        (&got["Take"], &got["a=b"], &got["Circled"]),
        (&json!(3.5), &json!("c=d"), &json!(true))
    );
    assert_eq!((&got["Größe am"], &got["Rating"]), (&json!("2026-09-01"), &json!(4)));
    assert_eq!(got["Editor"]["name"], "Mina Okafor");
    assert_eq!(got["Crew"][0]["name"], "Jonas Weber");
    assert_eq!(got["Crew"][1]["email"], "admin@example.com");
    assert_eq!(got["Keywords"], json!(["Interview", "B-Roll"]));
    assert_eq!(got["Notes"], "日本語 👩, 2nd = take");
    let cleared = metadata(&server, &["set", MIX, "Take=", "Crew=", "Keywords=", "Notes="]).await;
    cleared.succeeded();
    assert!(cleared.stdout.contains("Take cleared; Crew cleared"), "{cleared:?}");
    let got = values(&server, MIX).await;
    for name in ["Take", "Crew", "Keywords", "Notes"] {
        assert_eq!(got[name], Value::Null, "{name}");
    }
    assert_eq!(got["Rating"], 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_values_before_anything_is_sent() {
    let (sim, server) = demo().await;
    let text = || FieldKind::Text(TextConfiguration::new());
    let lower = add_field(&sim, &server, "reel", text()).await;
    let upper = add_field(&sim, &server, "REEL", text()).await;
    let options = "available: 'Needs Review', 'In Progress', 'Approved'";
    let ambiguous = format!("2 fields have this name; use the ID of one of them: {upper}, {lower}");
    let reversed = format!("2 fields have this name; use the ID of one of them: {lower}, {upper}");
    for (arguments, messages) in [
        (&[MIX, "Status=Aproved"][..], &["invalid value 'Aproved' for 'Status'", options][..]),
        (&[MIX, "Sttus=Approved"], &["cannot set 'Sttus': no such field", "'Status'"]),
        (&[MIX, "Status=Approved", "status=In Progress"], &["the field accepts only one value"]),
        (&[MIX, "Rating=6"], &["expected a number from 1 to 5"]),
        (&[MIX, "frame rate=25"], &["cannot set 'Frame Rate': the service sets it"]),
        (&[MIX, "Uploader=x"], &["cannot set 'Uploader'"]),
        (&[MIX], &["nothing to set: pass FIELD=VALUE"]),
        (&["Status=Approved"], &["no file given"]),
        (&[CAMERA_A, "Scene=1"], &["pass '--recursive'"]),
        (&["/Film", "-r", "Scene=1"], &["is a workspace"]),
    ] {
        let ended = metadata(&server, &[&["set"], arguments].concat()).await;
        let error = ended.failed(2);
        assert!(messages.iter().all(|message| error.contains(message)), "{ended:?}");
    }
    let ended = metadata(&server, &["set", MIX, "Reel=A001"]).await;
    let error = ended.failed(2);
    assert!(error.contains(&ambiguous) || error.contains(&reversed), "{ended:?}");
    let missing = metadata(&server, &["set", MIX, "/Film/The Crossing/No.mov", "Scene=1"]).await;
    missing.failed(5);
    assert_eq!(calls(&sim), 0);
    let by_id = format!("{lower}=A001");
    metadata(&server, &["set", MIX, &by_id]).await.succeeded();
    assert_eq!(values(&server, MIX).await["reel"], "A001");
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_users_that_the_field_does_not_accept() {
    let (sim, server) = demo().await;
    let editor = sim.demo().editor_id;
    let members = MemberOptions::Custom(vec![UserValue::user(editor)]);
    let kind = FieldKind::UserSingle(UserConfiguration::new(members));
    add_field(&sim, &server, "Colourist", kind).await;
    let ended = metadata(&server, &["set", MIX, "Colourist=commenter@example.com"]).await;
    let error = ended.failed(2);
    assert!(error.contains("no such user or group; available: 'Mina Okafor'"), "{ended:?}");
    metadata(&server, &["set", MIX, "Colourist=mina okafor"]).await.succeeded();
    assert_eq!(values(&server, MIX).await["Colourist"]["email"], "editor@example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn sets_hundreds_of_files_and_reports_those_that_a_failed_call_omits() {
    let (sim, server) = demo().await;
    let demo = sim.demo();
    let client = client(&server);
    for take in 0..150 {
        let name = format!("Take {take:03}.mov");
        let create = CreateLocalUpload::new(&demo.account_id, &demo.root_folder_id, name, 1);
        client.send(create).await.unwrap();
    }
    let shown = metadata(&server, &["set", "-rn", "/Film/The Crossing", "Scene=7"]).await;
    assert_eq!((shown.status, shown.stdout.lines().count()), (0, 162), "{shown:?}");
    assert!(shown.stdout.starts_with("would set: "), "{shown:?}");
    assert_eq!(calls(&sim), 0);

    sim.inject(Fault::status(StatusCode::FORBIDDEN).on("metadata.bulk_update").next(1));
    let ended = metadata(&server, &["set", "-r", "/Film/The Crossing", "Scene=7", "--json"]).await;
    assert_eq!(ended.status, 4);
    assert!(ended.stderr.ends_with("62 of 162 files were set\n"), "a refusal stays one: {ended:?}");
    let lines = ended.lines();
    let with = |outcome: &str| lines.iter().filter(|line| line["outcome"] == outcome).count();
    assert_eq!((with("set"), with("failed")), (62, 100));
    assert!(
        lines[0]["error"]["message"].as_str().unwrap().contains("metadata.bulk_update"),
        "{}",
        lines[0]
    );
    metadata(&server, &["set", "-r", "/Film/The Crossing", "Scene=7"]).await.succeeded();
    assert_eq!(calls(&sim), 4);
    assert_eq!(values(&server, MIX).await["Scene"], "7");
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_places_from_standard_input_and_texts_from_files() {
    let (_sim, server) = demo().await;
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("notes"), "First line\nSecond line\n").unwrap();
    let mut command = program(&server);
    command.current_dir(directory.path());
    command.args(["metadata", "set", "-", "Notes=@notes", "Scene=@@mina"]);
    let set = end(command, Some(&format!("{MIX}\n\n{CUT_3}\n{MIX}\n"))).await;
    set.succeeded();
    let summary = "Notes = First line Second line; Scene = @mina";
    assert_eq!(set.stdout.lines().next(), Some(&*format!("set: {MIX} ({summary})")), "{set:?}");
    for place in [MIX, CUT_3] {
        let got = values(&server, place).await;
        assert_eq!(
            (&got["Notes"], &got["Scene"]),
            (&json!("First line\nSecond line"), &json!("@mina"))
        );
    }
    let mistyped = metadata(&server, &["set", MIX, "Notes=@no such file"]).await;
    let message = mistyped.failed(2);
    assert!(message.contains("cannot read 'no such file': "), "{mistyped:?}");
    assert!(message.ends_with("'@@' begins a text with '@'"), "{mistyped:?}");
    let mut command = program(&server);
    command.args(["metadata", "set", "-", "Scene=1"]);
    let empty = end(command, Some("\n")).await;
    assert!(empty.failed(2).contains("no place given on standard input"), "{empty:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_fields_with_their_types_and_options() {
    let (_sim, server) = demo().await;
    let listed = metadata(&server, &["fields", "--writable"]).await;
    listed.succeeded();
    let expected = "\
NAME       TYPE          MUTABLE  VALUES
Keywords   select_multi           B-Roll, Interview
Notes      long_text
Rating     rating                 1 to 5
Scene      text
Shot Type  select                 Wide, Medium, Close-up
Status     select                 Needs Review, In Progress, Approved
";
    assert_eq!(listed.stdout, expected);
    let listed = metadata(&server, &["fields", MIX]).await;
    assert!(
        listed.stdout.contains("Frame Rate     number        read-only  framerate"),
        "{listed:?}"
    );
    let status = metadata(&server, &["fields", "--json"]).await.lines();
    let status = status.iter().find(|line| line["name"] == "Status").unwrap();
    assert_eq!(status["field_configuration"]["options"][2]["display_name"], "Approved");
}
