//! Reports of a scan, and what never gets into them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use frameio_migrate::{Effort, Scan, ScanOptions, report, scan};

fn scanned(files: &[(&str, &str)]) -> Scan {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    scan(directory.path(), &ScanOptions::new()).unwrap()
}

fn ids(scan: &Scan) -> Vec<(&str, usize, &str)> {
    scan.findings.iter().map(|found| (found.file.as_str(), found.line, found.id)).collect()
}

const TOKEN: &str = "fio-u-abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz01";

#[test]
fn a_token_is_reported_by_its_place_and_never_copied() {
    let scan = scanned(&[("a.py", &format!("x = 1\nTOKEN = '{TOKEN}'\n"))]);
    assert_eq!(ids(&scan), [("a.py", 2, "auth.token")]);
    assert_eq!(scan.findings[0].column, 10);
    for text in
        [report::text(&scan), report::json(&scan), report::sarif(&scan), report::markdown(&scan)]
    {
        assert!(!text.contains("abcdefghij"), "{text}");
        assert!(text.contains("auth.token") || text.contains("Developer token"), "{text}");
    }
}

#[test]
fn sarif_conforms_to_the_schema() {
    let scan = scanned(&[
        ("a b/ü.sh", "curl https://api.frame.io/v2/me\n"),
        ("n.ipynb", r#"{"cells":[{"cell_type":"code","source":["import frameioclient\n"]}]}"#),
    ]);
    let log: serde_sarif::sarif::Sarif = serde_json::from_str(&report::sarif(&scan)).unwrap();
    let run = &log.runs[0];
    let results = run.results.as_ref().unwrap();
    assert_eq!(results.len(), scan.findings.len());
    let uris: Vec<_> = results
        .iter()
        .map(|result| {
            let place = result.locations.as_ref().unwrap()[0].physical_location.as_ref().unwrap();
            place.artifact_location.as_ref().unwrap().uri.clone().unwrap()
        })
        .collect();
    assert_eq!(uris, ["a%20b/%C3%BC.sh", "n.ipynb"]);
    let rules = run.tool.driver.rules.as_ref().unwrap();
    assert!(
        results
            .iter()
            .all(|result| { rules.iter().any(|rule| Some(&rule.id) == result.rule_id.as_ref()) })
    );
}

#[test]
fn text_shows_the_operation_in_three_forms() {
    let scan = scanned(&[("a.sh", "curl https://api.frame.io/v2/me\n")]);
    let text = report::text(&scan);
    for part in [
        "a.sh\n  1:",
        "V4: users.show  GET /v4/me",
        "Rust   frameio::users::ShowCurrentUser",
        "Python client.users.show()",
        "curl   curl -H",
        "1 findings in 1 of 1 files: 0 large, 0 medium, 1 small.",
    ] {
        assert!(text.contains(part), "'{part}' is missing in\n{text}");
    }
}

#[test]
fn markdown_has_a_table_of_efforts() {
    let scan = scanned(&[("a|b.sh", "curl https://api.frame.io/v2/search/library\n")]);
    assert_eq!(scan.findings[0].effort, Effort::Large);
    let text = report::markdown(&scan);
    assert!(text.contains("| a\\|b.sh | 1 | 0 | 0 | 0 |"), "{text}");
}

#[test]
fn ordinary_words_count_in_a_legacy_package_alone() {
    let module = "export const list = (id) => api.get(`/assets/${id}/children`);\n";
    let alone = scanned(&[("p/package.json", "{}"), ("p/a.js", module)]);
    assert_eq!(ids(&alone), []);
    let client = "export const api = axios.create({ baseURL: 'https://api.frame.io/v2' });\n";
    let package = scanned(&[("p/package.json", "{}"), ("p/a.js", module), ("p/b.js", client)]);
    assert_eq!(ids(&package), [("p/a.js", 1, "path.children"), ("p/b.js", 1, "js.axios")]);
    let other = scanned(&[
        ("p/package.json", "{}"),
        ("p/a.js", module),
        ("q/package.json", "{}"),
        ("q/b.js", client),
    ]);
    assert_eq!(ids(&other), [("q/b.js", 1, "js.axios")]);
}

#[test]
fn ignored_files_and_foreign_code_are_read_on_request_alone() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(".gitignore", "out/\n");
    write("out/a.sh", "curl https://api.frame.io/v2/me\n");
    write("node_modules/x/a.js", "get('https://api.frame.io/v2/me')\n");
    write(".env", "FRAMEIO_URL=https://api.frame.io/v2\n");
    let files = |options: &ScanOptions| {
        let scan = scan(directory.path(), options).unwrap();
        scan.findings.into_iter().map(|found| found.file).collect::<Vec<_>>()
    };
    assert_eq!(files(&ScanOptions::new()), [".env"]);
    assert_eq!(
        files(&ScanOptions::new().all_files(true)),
        [".env", "node_modules/x/a.js", "out/a.sh"]
    );
}

#[test]
fn a_route_that_never_existed_is_named_as_such() {
    let scan = scanned(&[("a.js", "fetch(`https://api.frame.io/v2/projects/${id}/assets`)\n")]);
    assert_eq!(ids(&scan), [("a.js", 1, "path.bogus")]);
    assert!(scan.findings[0].advice.contains("never worked"));
}

#[test]
fn camera_to_cloud_needs_no_change() {
    let scan = scanned(&[("a.py", "url = 'https://api.frame.io/v2/devices/me'\n")]);
    assert_eq!(ids(&scan), [("a.py", 1, "path.devices")]);
    assert_eq!(scan.findings[0].effort, Effort::None);
}

#[test]
fn a_single_file_and_a_missing_one() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a.sh");
    fs::write(&file, "curl http://api.frame.io/v2/me\n").unwrap();
    let found = scan(&file, &ScanOptions::new()).unwrap();
    let ids: Vec<_> = found.findings.iter().map(|found| (found.file.as_str(), found.id)).collect();
    assert_eq!(ids, [("a.sh", "url.http"), ("a.sh", "path.me")]);
    assert!(scan(Path::new("/no/such/path"), &ScanOptions::new()).is_err());
}

#[cfg(unix)]
#[test]
fn names_of_files_reach_a_terminal_escaped() {
    let scan = scanned(&[("a\u{1b}[31m.sh", "curl https://api.frame.io/v2/me\n")]);
    assert!(!report::text(&scan).contains('\u{1b}') && !report::markdown(&scan).contains('\u{1b}'));
}

#[test]
fn a_line_with_several_general_patterns_keeps_the_most_specific() {
    let scan = scanned(&[("a.php", "$url = 'https://api.frame.io/v2/assets/' . $id;\n")]);
    assert_eq!(ids(&scan), [("a.php", 1, "path.asset")]);
}

/// Trees as they are on disks: none of these files stops a scan or hides a finding next to it.
#[cfg(unix)]
#[test]
fn odd_files_do_not_stop_a_scan() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    const LINE: &str = "curl https://api.frame.io/v2/me";
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    fs::create_dir(at("sub")).unwrap();
    symlink(directory.path(), at("sub/loop")).unwrap();
    symlink(at("nowhere"), at("dangling")).unwrap();
    fs::write(at("binary.bin"), [&[0_u8, 159, 146, 150][..], LINE.as_bytes()].concat()).unwrap();
    fs::write(at("crlf.sh"), format!("\r\n{LINE}\r\n")).unwrap();
    let utf16: Vec<u8> =
        format!("\u{feff}\n{LINE}\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(at("wide.ps1"), utf16).unwrap();
    fs::write(at("latin.py"), [b"# \xfc\n".as_slice(), LINE.as_bytes()].concat()).unwrap();
    fs::write(at("broken.ipynb"), format!("{{\"cells\": [\n  \"{LINE}\"\n")).unwrap();
    // Within the limit, in one line; the pattern is at its end.
    fs::write(at("long.js"), format!("{} '{LINE}'", "x=1;".repeat(500_000))).unwrap();
    let large = fs::File::create(at("large.js")).unwrap();
    large.set_len(100 << 20).unwrap();
    fs::write(at("secret.sh"), LINE).unwrap();
    fs::set_permissions(at("secret.sh"), fs::Permissions::from_mode(0o000)).unwrap();
    let is_root = fs::read(at("secret.sh")).is_ok();
    make_pipe(&at("pipe.sh"));
    let scan = scan(directory.path(), &ScanOptions::new()).unwrap();
    let places: Vec<_> = ids(&scan).into_iter().filter(|it| it.0 != "secret.sh").collect();
    let expected =
        [("broken.ipynb", 2), ("crlf.sh", 2), ("latin.py", 2), ("long.js", 1), ("wide.ps1", 2)];
    assert_eq!(places, expected.map(|(file, line)| (file, line, "path.me")));
    let mut skipped: Vec<_> = scan.skipped.iter().map(|it| it.file.as_str()).collect();
    skipped.sort_unstable();
    let unreadable: &[&str] = if is_root { &["large.js"] } else { &["large.js", "secret.sh"] };
    assert_eq!(skipped, unreadable);
}

/// Creates a pipe that nobody writes to.
#[cfg(unix)]
fn make_pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}
