//! `frameio doctor`: each known cause of a 401 or 403, and what it says without a problem.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use frameio_sim::{Credential, Fault, Sim};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::program::{Ended, end, program, run, serve};
use crate::sign_in::Machine;

const SCOPES: &str = "openid,AdobeID,additional_info.roles";

/// Returns the problems of a run with '--json', each as its check, cause and advice.
fn problems(ended: &Ended) -> Vec<Value> {
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    findings.iter().filter(|it| it["outcome"] == "problem").cloned().collect()
}

/// A way to break access, and what the doctor says about it.
struct Case {
    cause: &'static str,
    status: i32,
    /// Part of the advice.
    advice: &'static str,
    setup: Setup,
    arguments: Vec<String>,
}

/// Environment of a case.
enum Setup {
    /// Variables of the run, next to the URL of the simulator.
    Variables(Vec<(&'static str, String)>),
    /// The sign-in of the machine.
    SignIn,
}

impl Case {
    fn token(cause: &'static str, advice: &'static str, token: impl Into<String>) -> Self {
        let setup = Setup::Variables(vec![("FRAMEIO_TOKEN", token.into())]);
        Self { cause, status: 3, advice, setup, arguments: Vec::new() }
    }

    fn variables(
        cause: &'static str,
        status: i32,
        advice: &'static str,
        variables: &[(&'static str, &str)],
    ) -> Self {
        let variables =
            variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { cause, status, advice, setup: Setup::Variables(variables), arguments: Vec::new() }
    }

    fn sign_in(cause: &'static str, advice: &'static str) -> Self {
        Self { cause, status: 3, advice, setup: Setup::SignIn, arguments: Vec::new() }
    }

    fn status(mut self, status: i32) -> Self {
        self.status = status;
        self
    }

    fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments = arguments.iter().map(|it| (*it).to_owned()).collect();
        self
    }

    /// Runs the doctor, and checks that its first problem is the cause.
    async fn check(&self, machine: &Machine) {
        let mut command = machine.command(&["doctor", "--json"]);
        command.args(&self.arguments);
        if let Setup::Variables(variables) = &self.setup {
            command.envs(variables.iter().map(|(name, value)| (name, value)));
            command.env("FRAMEIO_CONFIG_DIR", machine.directory.path().join("other"));
        }
        let ended = end(command, None).await;
        let found = problems(&ended);
        let first = found.first().unwrap_or_else(|| panic!("{}: {ended:?}", self.cause));
        assert_eq!(first["cause"], self.cause, "{ended:?}");
        assert_eq!(ended.status, self.status, "{}: {ended:?}", self.cause);
        let advice = first["advice"].as_str().unwrap_or_default();
        assert!(advice.contains(self.advice), "{}: {advice}", self.cause);
        if let Setup::Variables(variables) = &self.setup {
            for (name, value) in variables {
                let is_secret = name.ends_with("TOKEN") || name.ends_with("SECRET");
                assert!(!is_secret || !ended.stdout.contains(value), "{}", self.cause);
            }
        }
        assert!(!ended.stdout.contains("demo@example.com"), "{}", self.cause);
    }
}

/// Returns a token in the format of Adobe with these changes to its claims.
fn forged(changes: &[(&str, &str)]) -> String {
    let now = jiff::Timestamp::now().as_millisecond();
    let mut claims = json!({
        "type": "access_token", "as": "ims-na1", "scope": SCOPES, "client_id": "app",
        "user_id": "A@AdobeID", "created_at": now.to_string(), "expires_in": "3600000",
    });
    for (name, value) in changes {
        claims[*name] = (*value).into();
    }
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// Refusals of the token by the API, with 401.
#[tokio::test]
async fn each_cause_of_a_refused_token_is_named() {
    let machine = Machine::new().await;
    let sim = &machine.sim;
    let user = sim.demo().user_id;
    let issue = |scopes: &str| sim.issue_token(&user, scopes).unwrap();
    let valid = issue(SCOPES);

    let server = [("FRAMEIO_CLIENT_ID", Credential::DEMO_SERVER_TO_SERVER)];
    let secret = ("FRAMEIO_CLIENT_SECRET", Credential::DEMO_SECRET);
    for case in [
        Case::variables("signed_out", 3, "frameio login", &[]),
        Case::token("unknown_token", "copy the whole token", "eyJhbGciOi.truncated"),
        Case::token("legacy_token_refused", "frameio login", "fio-u-1234"),
        Case::token("token_expired", "frameio login", forged(&[("created_at", "1000")])),
        Case::token("missing_scope", "requests all scopes", issue("openid,AdobeID")),
        Case::token("missing_scope", "sends none", issue("additional_info.roles")),
        Case::token("not_an_access_token", "access token", forged(&[("type", "refresh_token")])),
        Case::token("other_environment", "production", forged(&[("as", "ims-na1-stg1")])),
        Case::variables(
            "client_refused",
            6,
            "Developer Console",
            &[server[0], ("FRAMEIO_CLIENT_SECRET", "wr0ng")],
        ),
    ] {
        case.check(&machine).await;
    }

    // The account is not in the Admin Console, or the user is not connected to Adobe.
    sim.connect_user(&user, false);
    Case::token("not_connected", "connect the user to Adobe", &*valid).check(&machine).await;
    sim.connect_user(&user, true);
    sim.set_in_admin_console(false);
    Case::token("not_connected", "Admin Console", &*valid).check(&machine).await;
    let refused =
        Case::variables("server_not_admitted", 3, "Frame.io S2S API", &[server[0], secret]);
    refused.check(&machine).await;
    sim.set_in_admin_console(None);

    // Something on the way removes the token.
    sim.inject(Fault::stripped_headers().on("users.show").next(9));
    Case::token("authorization_removed", "pass the header", &*valid).check(&machine).await;
    Case::token("authorization_removed", "pass the header", Sim::TOKEN).check(&machine).await;
    sim.clear_faults();
    for (status, expected) in [(StatusCode::FORBIDDEN, 4), (StatusCode::UNAUTHORIZED, 3)] {
        sim.inject(Fault::html(status).on("users.show").next(9));
        let case = Case::token("proxy_refused", "administrator", &*valid).status(expected);
        case.check(&machine).await;
        sim.clear_faults();
    }

    // The token expired by the clock of the service only.
    sim.clock().advance(Duration::from_secs(25 * 3600));
    let skewed = Case::token("clock_skew", "NTP", &*valid).status(1);
    skewed.check(&machine).await;
}

#[tokio::test]
async fn a_revoked_token_and_a_missing_product_are_named() {
    let app = Credential::server_to_server("old", "s3cret").without_product();
    let web = Credential::web(Credential::DEMO_WEB, Credential::DEMO_SECRET);
    let sim = Sim::builder().credential(app).credential(web).quotas(false).build();
    let server = sim.serve().await.unwrap();
    let machine = Machine { server, sim, directory: tempfile::tempdir().unwrap() };
    let variables = [("FRAMEIO_CLIENT_ID", "old"), ("FRAMEIO_CLIENT_SECRET", "s3cret")];
    Case::variables("scope_refused", 6, "product", &variables).check(&machine).await;
    // The demo app did not issue it.
    let forged = forged(&[("client_id", Credential::DEMO_WEB)]);
    Case::token("token_revoked", "sign in again", forged).check(&machine).await;
}

#[tokio::test]
async fn a_token_that_nobody_validates_is_not_called_valid() {
    let (_sim, server) = serve().await;
    let mut command = program(&server);
    command.args(["doctor", "--json", "--ims-url", "http://127.0.0.1:9"]);
    command.env("FRAMEIO_TOKEN", forged(&[("client_id", Credential::DEMO_WEB)]));
    let ended = end(command, None).await;
    let found = problems(&ended);
    let access = found.iter().find(|it| it["check"] == "access").unwrap();
    assert_eq!(access["cause"], "token_not_validated", "{ended:?}");
    assert!(access["inferred"].as_str().unwrap().contains("did not say"), "{access}");

    let account = run(&server, &["doctor", "--account", "nope", "--json"]).await;
    assert_eq!((account.status, &problems(&account)[0]["cause"]), (5, &json!("unknown_account")));
}

/// Sign-ins that cannot be refreshed.
#[tokio::test]
async fn each_cause_of_a_lost_sign_in_is_named() {
    let machine = Machine::new().await;
    assert_eq!(machine.browse(machine.command(&["login"])).await.status, 0);
    let ended = machine.run(&["doctor", "--json"]).await;
    assert_eq!((ended.status, problems(&ended)), (0, Vec::new()), "{ended:?}");

    let (_, elsewhere) = serve().await;
    let mut command = machine.command(&["doctor", "--json"]);
    command.env("FRAMEIO_BASE_URL", elsewhere.url());
    let ended = end(command, None).await;
    assert_eq!(problems(&ended)[0]["cause"], "other_service", "{ended:?}");

    // The access token has expired, and another program used a copy of the refresh token.
    let path = machine.directory.path().join("tokens/default.json");
    let saved = std::fs::read_to_string(&path).unwrap();
    let mut expired: Value = serde_json::from_str(&saved).unwrap();
    expired["expires_at"] = "2026-01-01T00:00:00Z".into();
    std::fs::write(&path, expired.to_string()).unwrap();
    machine.run(&["whoami"]).await.succeeded();
    std::fs::write(&path, expired.to_string()).unwrap();
    Case::sign_in("sign_in_expired", "frameio login").check(&machine).await;
}

/// Refusals with 403, and places that are hidden.
#[tokio::test]
async fn each_cause_of_a_forbidden_call_is_named() {
    let machine = Machine::new().await;
    let sim = &machine.sim;
    let demo = sim.demo();
    let account = demo.account_id.clone();
    let clip = machine.directory.path().join("clip.mov");
    std::fs::write(&clip, "clip").unwrap();
    let folder = demo.root_folder_id.to_string();
    let mut command = machine.command(&["upload", "--to", &folder]);
    command.arg(&clip).env("FRAMEIO_TOKEN", Sim::TOKEN);
    let uploaded = end(command, None).await;
    assert_eq!(uploaded.status, 0, "{uploaded:?}");
    let listed = run(&machine.server, &["ls", "--json", &folder]).await;
    let file = listed.lines()[0]["id"].as_str().unwrap().to_owned();

    sim.lock_account(&account, true);
    Case::token("account_locked", "owner of the account", Sim::TOKEN)
        .status(4)
        .check(&machine)
        .await;
    sim.lock_account(&account, false);

    let viewer = sim.token_of(&demo.viewer_id).unwrap();
    let cases = [
        ("role_too_low", "higher role", vec![&*folder, "--action", "upload"]),
        ("role_too_low", "higher role", vec![&*file, "--action", "comment"]),
        ("download_forbidden", "role", vec![&*file]),
        ("upload_forbidden", "editor", vec![&*folder, "--write-test"]),
    ];
    for (cause, advice, arguments) in cases {
        let case = Case::token(cause, advice, &*viewer).status(4).arguments(&arguments);
        case.check(&machine).await;
    }
    sim.restrict_folder(&demo.root_folder_id, true);
    let hidden = Case::token("not_visible", "ls", &*viewer).status(5).arguments(&[&folder]);
    hidden.check(&machine).await;
    sim.restrict_folder(&demo.root_folder_id, false);

    for (fault, cause, advice) in [
        (Fault::expired_url(), "storage_url_expired", "NTP"),
        (Fault::html(StatusCode::FORBIDDEN), "proxy_refused", "administrator"),
        (Fault::status(StatusCode::FORBIDDEN), "storage_forbidden", "new URLs"),
    ] {
        sim.inject(fault.on(Sim::DOWNLOAD));
        let case = Case::token(cause, advice, Sim::TOKEN).status(4).arguments(&[&file]);
        case.check(&machine).await;
    }
    sim.inject(Fault::stripped_headers().on(Sim::UPLOAD_PART));
    let case = Case::token("storage_headers", "NO_PROXY", Sim::TOKEN).status(4);
    case.arguments(&[&folder, "--write-test"]).check(&machine).await;
    let case =
        Case::token("not_a_folder", "pass the folder that contains it", Sim::TOKEN).status(2);
    case.arguments(&[&file, "--write-test"]).check(&machine).await;
    let left = run(&machine.server, &["ls", &folder]).await;
    assert_eq!(left.stdout.matches("frameio-doctor").count(), 0, "{left:?}");

    sim.deactivate_user(&demo.viewer_id);
    Case::token("no_account", "activate the user", &*viewer).status(4).check(&machine).await;
}

#[tokio::test]
async fn a_run_without_a_problem_succeeds_and_reports_what_it_read() {
    let (sim, server) = serve().await;
    let demo = sim.demo();
    let input = json!({"account_id": demo.account_id, "workspace_id": demo.workspace_id, "data": {
        "name": "Editorial", "url": "https://example.com/", "events": ["file.ready"],
    }});
    let input = input.to_string();
    let hook = run(&server, &["call", "webhooks.create", "--input", &input]).await.json();
    let off = json!({
        "account_id": demo.account_id, "webhook_id": hook["data"]["id"], "data": {"active": false},
    });
    let off = run(&server, &["call", "webhooks.update", "--input", &off.to_string()]).await;
    assert_eq!(off.status, 0, "{off:?}");

    let ended = run(&server, &["doctor"]).await;
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
    for expected in [
        "set: FRAMEIO_TOKEN",
        "token from FRAMEIO_TOKEN",
        "responded with 401",
        "the API accepts the token of d…@example.com",
        "role owner",
        "calls remain",
        "is switched off",
        "switch it on with `frameio call webhooks.update",
        "no problem found",
    ] {
        assert!(ended.stdout.contains(expected), "{expected}: {}", ended.stdout);
    }
    assert!(!ended.stdout.contains(Sim::TOKEN) && !ended.stdout.contains("demo@example.com"));
    let personal = run(&server, &["doctor", "--show-personal"]).await;
    assert!(personal.stdout.contains("demo@example.com"), "{personal:?}");
    let json = run(&server, &["doctor", "--json"]).await.json();
    assert_eq!((&json["ok"], &json["status"]), (&true.into(), &Value::Null));
}

#[tokio::test]
async fn calls_count_in_the_shared_quotas() {
    let (_sim, server) = serve().await;
    let directory = tempfile::tempdir().unwrap();
    let doctor = async || {
        let mut command = program(&server);
        command.env("FRAMEIO_CONFIG_DIR", directory.path()).env("FRAMEIO_QUOTA_STORE", "file");
        command.args(["doctor", "/Demo Workspace/Demo Project"]);
        end(command, None).await
    };
    let first = doctor().await;
    assert_eq!(first.status, 0, "{first:?}");
    assert!(!first.stdout.contains("projects.index: "), "{first:?}");
    let second = doctor().await;
    // Those of the checks, and those that find the place.
    for operation in ["users.show", "workspaces.index", "webhooks.index", "projects.index"] {
        assert!(second.stdout.contains(&format!("{operation}: ")), "{operation}: {second:?}");
    }
}

#[tokio::test]
async fn unusable_directories_and_profiles_are_explained() {
    let (_sim, server) = serve().await;
    let directory = tempfile::tempdir().unwrap();
    let doctor = async |configuration: &std::path::Path| {
        let mut command = program(&server);
        command.env("FRAMEIO_CONFIG_DIR", configuration).env("FRAMEIO_QUOTA_STORE", "file");
        command.args(["doctor", "--json", "--show-personal"]);
        end(command, None).await
    };
    std::fs::write(directory.path().join("profiles.json"), "{").unwrap();
    let ended = doctor(directory.path()).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    let found = problems(&ended);
    let causes: Vec<_> = found.iter().map(|it| &it["cause"]).collect();
    assert_eq!(causes, ["profiles_unreadable"], "{ended:?}");
    assert!(found[0]["advice"].as_str().unwrap().contains("frameio login"), "{found:?}");

    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let ended = doctor(&file.join("frameio")).await;
    let found = problems(&ended);
    let facts: Vec<_> = found.iter().map(|it| (&it["cause"], &it["inferred"])).collect();
    let (directory, store) = (&json!("directory_not_writable"), &json!("quota_store"));
    assert_eq!(
        facts,
        [
            (directory, &json!("sign-ins and profiles cannot be saved")),
            (directory, &json!("records of transfers and shared quotas cannot be saved")),
            (directory, &json!("names are not cached, so that paths take more calls")),
            (store, &json!("the processes of this machine do not count their calls together")),
        ],
        "{ended:?}"
    );
    let advice = found[0]["advice"].as_str().unwrap();
    assert_eq!(
        advice,
        format!("rename {}, or set FRAMEIO_CONFIG_DIR to a directory", file.display())
    );
}

#[tokio::test]
async fn names_of_places_are_printed_on_request_only() {
    let (_sim, server) = crate::comments::demo().await;
    let place = "/Film/The Crossing/Secret cut";
    for (arguments, is_shown) in
        [(&["doctor", place][..], false), (&["doctor", place, "--show-personal"], true)]
    {
        let ended = crate::program::run(&server, arguments).await;
        assert_eq!(ended.status, 5, "{ended:?}");
        for name in ["Secret cut", "Crossing", "Cuts"] {
            assert_eq!(ended.stdout.contains(name), is_shown, "{name}: {ended:?}");
        }
    }
    for arguments in [
        &["doctor", "--account", "Elsewhere"][..],
        &["doctor", "/Film/The Crossing/Stills/Poster.png", "--write-test"],
    ] {
        for is_shown in [false, true] {
            let shown = if is_shown { &["--show-personal"][..] } else { &[] };
            let ended = crate::program::run(&server, &[arguments, shown].concat()).await;
            assert_ne!(ended.status, 0, "{ended:?}");
            let is_named = ["Elsewhere", "Poster"].iter().any(|name| ended.stdout.contains(name));
            assert_eq!(is_named, is_shown, "{ended:?}");
        }
    }
}

#[tokio::test]
async fn hosts_that_do_not_respond_are_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let hung = |arguments: &[&str]| {
        let mut command: Command = crate::program::offline();
        command.env("FRAMEIO_BASE_URL", &url).args(arguments);
        command
    };
    let mut command = hung(&["--timeout", "0.2", "doctor", "--json"]);
    command.env("FRAMEIO_TOKEN", Sim::TOKEN);
    let ended = end(command, None).await;
    assert_eq!(ended.status, 9, "{ended:?}");
    let found = problems(&ended);
    let causes: Vec<_> = found.iter().map(|it| (&it["check"], &it["cause"])).collect();
    let (api, sign_in, timeout) = ("api".into(), "sign-in".into(), "timeout".into());
    assert_eq!(causes, [(&api, &timeout), (&sign_in, &timeout)]);

    let mut command = hung(&["--timeout", "0.2", "doctor", "--json"]);
    command
        .env("FRAMEIO_CLIENT_ID", Credential::DEMO_SERVER_TO_SERVER)
        .env("FRAMEIO_CLIENT_SECRET", Credential::DEMO_SECRET);
    let ended = end(command, None).await;
    assert_eq!(ended.status, 9, "{ended:?}");

    drop(listener);
    let ended = end(hung(&["doctor", "--json"]), None).await;
    let refused = problems(&ended);
    let refused = refused.iter().find(|it| it["cause"] == "connection_refused").unwrap();
    let fact = refused["read"][0].as_str().unwrap();
    assert_eq!(fact.to_lowercase().matches("refused").count(), 1, "{fact}");
    assert!(!fact.contains("os error") && !fact.contains("client error"), "{fact}");
}

#[cfg(unix)]
#[tokio::test]
async fn secrets_that_others_can_read_are_reported() {
    use std::os::unix::fs::PermissionsExt;

    let machine = Machine::new().await;
    let login = machine.command(&["login", "--token"]);
    assert_eq!(end(login, Some(Sim::TOKEN)).await.status, 0);
    let path = machine.directory.path().join("secrets/default.json");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    let ended = machine.run(&["doctor", "--json"]).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert_eq!(problems(&ended)[0]["cause"], "exposed_secret");
}

#[tokio::test]
async fn proxies_are_reported_without_their_password() {
    let (_, server) = serve().await;
    let mut command = program(&server);
    command
        .arg("doctor")
        .env_remove("NO_PROXY")
        .env("FRAMEIO_BASE_URL", "https://frame.example")
        .env("HTTPS_PROXY", "http://user:s3cret@127.0.0.1:9");
    let ended = end(command, None).await;
    assert!(ended.stdout.contains("go through http://127.0.0.1:9"), "{ended:?}");
    assert!(ended.stdout.contains("correct its address in HTTPS_PROXY"), "{ended:?}");
    assert!(!ended.stdout.contains("the password"), "{ended:?}");
    assert!(!ended.stdout.contains("s3cret"), "{ended:?}");
}
