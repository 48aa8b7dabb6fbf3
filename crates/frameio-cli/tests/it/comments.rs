//! `frameio comments list`, `add`, `edit`, `resolve`, `reopen` and `delete`.

use frameio_sim::{SavedState, Sim, SimServer};
use serde_json::{Value, json};

use crate::program::{end, program, run};

/// The stack of the demo account, its newest version, and comments on it.
pub(crate) const STACK: &str = "0000001f-f1a0-4000-8000-000000000000";
pub(crate) const STACK_PATH: &str = "/Film/The Crossing/Cuts/The Crossing - cut 3.mp4";
pub(crate) const CUT_3: &str = "00000028-f1a0-4000-8000-000000000000";
const WITH_REPLIES: &str = "00000033-f1a0-4000-8000-000000000000";
const FIRST_REPLY: &str = "00000039-f1a0-4000-8000-000000000000";
const LAST_REPLY: &str = "0000003a-f1a0-4000-8000-000000000000";
const OPEN: &str = "00000034-f1a0-4000-8000-000000000000";
const COMPLETED: &str = "00000035-f1a0-4000-8000-000000000000";

pub(crate) async fn demo() -> (Sim, SimServer) {
    let sim = Sim::builder().state(SavedState::demo()).quotas(false).build();
    let server = sim.serve().await.unwrap();
    (sim, server)
}

/// Returns the comments on the newest version, as `comments list --json` prints them.
pub(crate) async fn listed(server: &SimServer) -> Vec<Value> {
    let listed = run(server, &["comments", "list", STACK, "--json"]).await;
    assert_eq!(listed.status, 0, "{listed:?}");
    listed.lines()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_the_comments_on_the_head_of_a_stack() {
    let (_sim, server) = demo().await;
    let listed = run(&server, &["comments", "list", STACK_PATH]).await;
    listed.succeeded();
    let expected = format!(
        "\
POSITION     AUTHOR       TEXT                                          COMPLETED  ID
00:00:17:04  Jonas Weber  The cut to the bridge comes a beat too early             {WITH_REPLIES}
  reply      Reviewer     Twelve frames later in the next version                  {FIRST_REPLY}
  reply      Reviewer     Thanks                                                   {LAST_REPLY}
00:00:53:18  Mina Okafor  Colour is final from here on                             {OPEN}
00:01:23:19  Demo User    Lower the music under the line                done       {COMPLETED}
"
    );
    assert_eq!(listed.stdout, expected);
    let ids = run(&server, &["comments", "list", CUT_3, "--format", "ids"]).await;
    assert_eq!(ids.stdout, format!("{WITH_REPLIES}\n{OPEN}\n{COMPLETED}\n"));
    let csv = ["comments", "list", CUT_3, "--format", "csv", "--columns", "author", "--no-header"];
    let csv = run(&server, &csv).await;
    assert_eq!(csv.stdout.lines().nth(1), Some("\"\""), "a reply of a visitor: {csv:?}");
    let start = run(&server, &["comments", "list", CUT_3, "--start-tc", "1:2"]).await;
    assert_eq!((start.status, start.stderr.contains("'--start-tc")), (2, true), "{start:?}");
    let arguments = ["comments", "list", CUT_3, "--json", "--start-tc", "01:00:00:00"];
    let lines = run(&server, &arguments).await.lines();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["timecode"], "01:00:17:04");
    assert_eq!((&lines[0]["frame"], &lines[0]["file_id"]), (&json!(412), &json!(CUT_3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_selected_comments() {
    let (_sim, server) = demo().await;
    for (filter, expected) in [
        (&["--open-only"][..], &[WITH_REPLIES, OPEN][..]),
        (&["--author", "mina okafor"], &[OPEN]),
        (&["--author", "EDITOR@example.com"], &[OPEN]),
        (&["--author", "Mina Okafor", "--author", "Demo User"], &[OPEN, COMPLETED]),
        (&["--since", "2026-04-02T15:02:00Z"], &[WITH_REPLIES, COMPLETED]),
        (&["--since", "2026-04-03"], &[]),
        (&["--hashtag", "vfx"], &[]),
    ] {
        let arguments = [&["comments", "list", STACK, "--json"], filter].concat();
        let listed = run(&server, &arguments).await;
        listed.succeeded();
        let ids: Vec<_> = listed.lines().iter().map(|line| line["id"].clone()).collect();
        assert_eq!(ids, expected, "{filter:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_of_the_service_reaches_the_terminal_escaped() {
    let (_sim, server) = demo().await;
    let text = "\u{1b}[2JClear\u{202e}\nsecond line";
    run(&server, &["comments", "add", STACK, text, "--at", "3"]).await.succeeded();
    for arguments in [&["comments", "list", STACK][..], &["comments", "list", STACK, "--json"]] {
        let listed = run(&server, arguments).await;
        assert!(!listed.stdout.contains(['\u{1b}', '\u{202e}']), "{listed:?}");
        assert!(listed.stdout.contains("Clear"), "{listed:?}");
    }
    let listed = run(&server, &["comments", "list", STACK]).await;
    assert!(listed.stdout.contains(r"\u{1b}[2JClear\u{202e}\nsecond line"), "{listed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn adds_comments_at_frames_and_timecodes() {
    let (_sim, server) = demo().await;
    let add = async |arguments: &[&str]| {
        let arguments = [&["comments", "add", STACK], arguments, &["--json"]].concat();
        run(&server, &arguments).await.json()
    };
    let frame = add(&["Frame", "--at", "0", "--duration", "24"]).await;
    assert_eq!((&frame["frame"], &frame["length"]), (&json!(0), &json!(24)));
    assert_eq!(frame["file_id"], CUT_3);
    let all = listed(&server).await;
    let in_list = all.iter().find(|it| it["id"] == frame["id"]).unwrap();
    assert_eq!(*in_list, frame, "the JSON of a change is that of the list");
    assert_eq!(
        (&frame["position"], &frame["author"]["name"]),
        (&json!("00:00:00:00"), &json!("Demo User"))
    );
    assert_eq!((&frame["completed_at"], &frame["replies"]), (&Value::Null, &json!([])));
    assert_eq!(add(&["Timecode", "--at", "00:00:10:05"]).await["frame"], 245);
    let start = ["Start", "--at", "01:00:10:05", "--start-tc", "01:00:00:00"];
    assert_eq!(add(&start).await["frame"], 245);
    assert_eq!(add(&["Other rate", "--at", "00:00:10:05", "--fps", "25"]).await["frame"], 255);
    assert_eq!(add(&["Nowhere"]).await["frame"], Value::Null);

    assert_eq!(add(&["Last", "--at", "2899", "--duration", "5"]).await["frame"], 2899);
    assert_eq!(add(&["@@mina: see this"]).await["text"], "@mina: see this");

    let mut command = program(&server);
    command.args(["comments", "add", STACK, "-"]);
    let added = end(command, Some("From\nstandard input\n")).await;
    added.succeeded();
    assert!(added.stdout.ends_with(&format!("to {STACK_PATH}\n")), "{added:?}");
    assert_eq!(listed(&server).await.last().unwrap()["text"], "From\nstandard input");
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_comments_that_cannot_be_added() {
    let (sim, server) = demo().await;
    let sound = "00000032-f1a0-4000-8000-000000000000";
    let (poster, form) =
        ("/Film/The Crossing/Stills/Poster.png", "/Film/The Crossing/Legal/Release forms.pdf");
    for (arguments, status, message) in [
        (&[STACK, " "][..], 2, "the text is empty"),
        (&[STACK, "x", "--reply-to", OPEN], 2, "the Frame.io V4 API cannot create replies"),
        (&[STACK, "x", "--at", "01:00:00:00"], 2, "it is after the end of the file, 00:02:00:23"),
        (
            &[STACK, "x", "--at", "2904"],
            2,
            "it is after the end of the file, 00:02:00:23 (frame 2903)",
        ),
        (&[STACK, "x", "--at", "2900", "--duration", "5"], 2, "'5' for '--duration': it is after"),
        (&[STACK, "@no such file"], 2, "cannot read 'no such file': "),
        (
            &[STACK, "x", "--at", "00:00:00:00", "--start-tc", "01:00:00:00"],
            2,
            "is before the start",
        ),
        (&[STACK, "x", "--at", "soon"], 2, "invalid value 'soon' for '--at'"),
        (&[sound, "x", "--at", "00:00:01:00"], 2, "the frame rate of the file is unknown"),
        (&[sound, "x", "--page", "1"], 2, "is an audio file, which has no pages; set a position"),
        (&[STACK, "x", "--page", "1"], 2, "is a video, which has no pages"),
        (&[poster, "x", "--at", "10"], 2, "is an image, which has no frames"),
        (&[poster, "x", "--page", "2"], 2, "is an image, which has no pages"),
        (&[form, "x", "--at", "00:00:01:00"], 2, "is a document, which has no frames; set a page"),
        (&["/Film/The Crossing", "x"], 2, "pass a file or a version stack"),
        (&["/Film/The Crossing/Nothing.mov", "x"], 5, "Nothing.mov"),
    ] {
        let arguments = [&["comments", "add"], arguments].concat();
        let ended = run(&server, &arguments).await;
        assert!(ended.failed(status).contains(message), "{arguments:?}: {ended:?}");
    }
    let usage = run(&server, &["comments", "add", STACK, "x", "--duration", "5"]).await;
    assert_eq!(usage.status, 2, "{usage:?}");
    assert_eq!(sim.stats().by_operation.get("comments.create"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn resolves_and_reopens_comments_without_useless_changes() {
    let (sim, server) = demo().await;
    let resolved = run(&server, &["comments", "resolve", OPEN, COMPLETED]).await;
    resolved.succeeded();
    let expected = format!(
        "resolved: {OPEN} Mina Okafor: Colour is final from here on\n\
         already resolved: {COMPLETED} Demo User: Lower the music under the line\n"
    );
    assert_eq!(resolved.stdout, expected);
    assert_eq!(sim.stats().by_operation.get("comments.update"), Some(&1));
    assert!(listed(&server).await[1]["completed"].as_bool().unwrap());

    let both = run(&server, &["comments", "resolve", OPEN, "missing", "--json"]).await;
    assert_eq!((both.status, both.lines().len()), (5, 1), "{both:?}");
    assert_eq!(both.lines()[0]["error"]["kind"], "not_found");
    assert_eq!(both.lines()[0]["id"], "missing");

    let reopened = run(&server, &["comments", "reopen", OPEN, "--json"]).await.json();
    assert_eq!(reopened, listed(&server).await[1]);
    assert_eq!((&reopened["id"], &reopened["completed_at"]), (&json!(OPEN), &Value::Null));
    let missing = run(&server, &["comments", "resolve", OPEN, "missing"]).await;
    assert!(
        missing.failed(5).contains("cannot resolve 'missing': no comment has this ID"),
        "{missing:?}"
    );
    assert!(
        !listed(&server).await[1]["completed"].as_bool().unwrap(),
        "found before any is changed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_texts_and_positions() {
    let (_sim, server) = demo().await;
    let edit = ["comments", "edit", OPEN, "--text", "New text", "--at", "00:00:02:00", "--json"];
    let edited = run(&server, &edit).await.json();
    assert_eq!((&edited["text"], &edited["frame"]), (&json!("New text"), &json!(48)));
    let edited = run(&server, &["comments", "edit", OPEN, "--duration", "7"]).await;
    assert_eq!(edited.stdout, format!("changed comment {OPEN}\n"));
    let comment = &listed(&server).await[0];
    assert_eq!((&comment["length"], &comment["frame"]), (&json!(7), &json!(48)));
    let nothing = run(&server, &["comments", "edit", OPEN]).await;
    assert!(nothing.failed(2).contains("nothing to change"), "{nothing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_file_is_not_the_text_of_a_comment_and_replies_are_explained() {
    let (_sim, server) = demo().await;
    for text in ["@notes.txt", "@/", "@./notes"] {
        let refused = run(&server, &["comments", "add", CUT_3, text]).await;
        assert!(refused.failed(2).contains("cannot read"), "{text}: {refused:?}");
    }
    run(&server, &["comments", "add", CUT_3, "@@mina look at this"]).await.succeeded();
    let reply = run(&server, &["comments", "reply", OPEN, "--text", "Yes"]).await;
    assert!(reply.failed(2).contains("the API cannot create replies"), "{reply:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn deletes_comments_only_with_confirmation() {
    let (sim, server) = demo().await;
    let refused = run(&server, &["comments", "delete", WITH_REPLIES]).await;
    assert!(refused.failed(2).contains("'--yes' is required"), "{refused:?}");
    assert_eq!(sim.stats().requests, 0);
    let deleted = run(&server, &["comments", "delete", WITH_REPLIES, "--yes"]).await;
    deleted.succeeded();
    let expected = format!(
        "deleted: {WITH_REPLIES} Jonas Weber: The cut to the bridge comes a beat too early (2 replies)\n"
    );
    assert_eq!(deleted.stdout, expected);
    assert_eq!(listed(&server).await.len(), 2);
    let account =
        run(&server, &["comments", "delete", OPEN, "--yes", "--account", "Elsewhere"]).await;
    assert!(account.failed(5).contains("no account has the name or ID 'Elsewhere'"), "{account:?}");
}
