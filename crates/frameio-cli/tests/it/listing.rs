//! `frameio ls` and `tree` of workspaces, projects and folders.

use serde_json::json;

use crate::fixture::{Fixture, ROOT};

#[tokio::test(flavor = "multi_thread")]
async fn lists_workspaces_projects_and_folders() {
    let fixture = Fixture::new(&[("a.mov", 25), ("Day 1/b.mov", 35), ("Day 1/Cam/c.mov", 5)]).await;
    fixture.run(&["sync", "in", ROOT]).await;
    for (arguments, lines) in [
        (vec!["ls"], "Demo Workspace/\n"),
        (vec!["ls", "/"], "Demo Workspace/\n"),
        (vec!["ls", "/Demo Workspace"], "Demo Project/\n"),
        (vec!["ls", ROOT], "Day 1/\na.mov\n"),
        (vec!["ls", &format!("{ROOT}/a.mov")], "a.mov\n"),
        (
            vec!["tree", ROOT],
            "/Demo Workspace/Demo Project\n  Day 1/\n    Cam/\n      c.mov\n    b.mov\n  a.mov\n\
             2 folders, 3 files, 65 B\n",
        ),
        (
            vec!["tree", ROOT, "--depth", "1"],
            "/Demo Workspace/Demo Project\n  Day 1/\n  a.mov\n1 folder, 1 file, 25 B\n",
        ),
        (vec!["ls", "//Demo Account"], "Demo Workspace/\n"),
        (vec!["ls", fixture.sim.demo().workspace_id.as_str()], "Demo Project/\n"),
        (
            vec!["tree", fixture.sim.demo().workspace_id.as_str()],
            "/Demo Workspace\n  Demo Project/\n    Day 1/\n      Cam/\n        c.mov\n      b.mov\n    \
             a.mov\n3 folders, 3 files, 65 B\n",
        ),
        (
            vec!["tree", "/Demo Workspace", "--depth", "2"],
            "/Demo Workspace\n  Demo Project/\n    Day 1/\n    a.mov\n2 folders, 1 file, 25 B\n",
        ),
        (
            vec!["tree", "/", "--depth", "3"],
            "/\n  Demo Workspace/\n    Demo Project/\n      Day 1/\n      a.mov\n\
             3 folders, 1 file, 25 B\n",
        ),
        (
            vec!["tree", "/", "--depth", "2"],
            "/\n  Demo Workspace/\n    Demo Project/\n2 folders, 0 files, 0 B\n",
        ),
        (vec!["tree", "/", "--depth", "1"], "/\n  Demo Workspace/\n1 folder, 0 files, 0 B\n"),
    ] {
        let names: &[&str] = match arguments[0] {
            "ls" => &["--columns", "name", "--no-header"],
            _ => &[],
        };
        let ended = fixture.run(&[&arguments, names].concat()).await;
        assert_eq!((ended.status, &*ended.stdout), (0, lines), "{ended:?}");
    }
    let long = fixture.run(&["ls", ROOT, "--long"]).await;
    let file = long.stdout.lines().last().unwrap_or_default();
    assert!(file.starts_with("a.mov ") && file.contains(" 25 B  transcoded "), "{long:?}");
    let demo = fixture.sim.demo();
    let by_id = fixture.run(&["ls", demo.project_id.as_str(), "--json"]).await;
    assert_eq!(by_id.lines()[1]["size"], 25);

    // The project of the profile is the default.
    let config = fixture.directory.path().join("config");
    std::fs::create_dir_all(&config).unwrap();
    let profile = json!({"profiles": {"default": {
        "account_id": demo.account_id, "project_id": demo.project_id,
    }}});
    std::fs::write(config.join("profiles.json"), profile.to_string()).unwrap();
    let names = ["ls", "--columns", "name", "--no-header"];
    assert_eq!(fixture.run(&names).await.stdout, "Day 1/\na.mov\n");
    assert_eq!(fixture.run(&["upload", "in/a.mov"]).await.status, 0);
}
