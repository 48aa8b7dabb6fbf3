//! `frameio open`.

use serde_json::json;

use crate::comments::{STACK, STACK_PATH, demo};
use crate::program::{end, program, run};

#[tokio::test(flavor = "multi_thread")]
async fn prints_links() {
    let (_sim, server) = demo().await;
    let project = "https://next.frame.io/project/0000000a-f1a0-4000-8000-000000000000";
    for (place, url) in [
        ("/Film/The Crossing", project.to_owned()),
        (STACK_PATH, format!("{project}/view/{STACK}")),
        ("/Film/The Crossing/Cuts", format!("{project}/00000017-f1a0-4000-8000-000000000000")),
    ] {
        let printed = run(&server, &["open", "--print", place]).await;
        printed.succeeded();
        assert_eq!(printed.stdout, format!("{url}\n"));
    }
    let json = run(&server, &["open", "--json", STACK]).await.json();
    assert_eq!(json["type"], "version_stack");
    assert_eq!(json["path"], STACK_PATH);
    let workspace = run(&server, &["open", "--print", "/Film"]).await;
    assert!(workspace.failed(2).contains("the API has no link"), "{workspace:?}");
}

#[cfg(all(unix, not(target_os = "macos")))]
#[tokio::test(flavor = "multi_thread")]
async fn prints_the_link_where_no_browser_can_be_opened() {
    let (_sim, server) = demo().await;
    let mut command = program(&server);
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"] {
        command.env_remove(name);
    }
    command.args(["open", "/Film/The Crossing"]);
    let printed = end(command, None).await;
    printed.succeeded();
    assert!(printed.stdout.starts_with("https://next.frame.io/project/"), "{printed:?}");
}

/// The system would start a program for a link of another scheme.
#[tokio::test(flavor = "multi_thread")]
async fn opens_web_addresses_only() {
    let (sim, server) = demo().await;
    let id = "0000000a-f1a0-4000-8000-000000000000";
    let input = json!({"account_id": sim.demo().account_id, "project_id": id}).to_string();
    let mut shown = run(&server, &["call", "projects.show", "--input", &input]).await.json();
    shown["data"]["view_url"] = "file:///etc/passwd".into();
    let fault =
        frameio_sim::Fault::body(http::StatusCode::OK, "application/json", shown.to_string());
    sim.inject(fault.on("projects.show").next(1));
    let refused = run(&server, &["open", id]).await;
    assert!(refused.failed(10).contains("is not a web address"), "{refused:?}");
}
