//! Replaying a flow: each call in a world of its own.

use std::collections::HashMap;

use frameio_core::Body;
use frameio_sim::Sim;
use http::{Method, Request};
use serde_json::{Value, json};

use super::deviations::{self, Instead};
use super::shapes;
use crate::world::{Answer, World, content};

/// Values of the recording with those of the simulator's demo account.
const SAME: &[(&str, &str)] = &[
    ("jane@example.com", "demo@example.com"),
    ("Jane Roe", "Demo User"),
    ("Team", "Demo Workspace"),
    ("Project", "Demo Project"),
    ("Acct", "Demo Account"),
    ("https://f.io/XXXXXXXX", "*"),
    ("Link", "Link"),
    ("P", "P"),
];

struct Replay {
    world: World,
    flow: String,
    call: String,
    ids: HashMap<String, String>,
    /// Sizes and URLs of uploads.
    uploads: Vec<(usize, Vec<String>)>,
    media_url: String,
}

pub(crate) async fn run(text: &str) {
    let flow: Value = serde_json::from_str(text).unwrap();
    let mut replayed = 0;
    for call in flow["calls"].as_array().unwrap() {
        let exchanges = call["exchanges"].as_array().unwrap();
        if exchanges.is_empty() {
            continue;
        }
        let name = call["call"].as_str().unwrap();
        let mut replay = Replay::new(flow["flow"].as_str().unwrap(), name, exchanges).await;
        for exchange in exchanges {
            replay.exchange(exchange).await;
            replayed += 1;
        }
        replay.check_uploads().await;
    }
    assert!(replayed > 0);
}

impl Replay {
    async fn new(flow: &str, call: &str, exchanges: &[Value]) -> Self {
        let per_page = &exchanges[0]["expect"]["headers"]["per-page"];
        let forced = per_page.as_str().and_then(|text| text.parse().ok()).unwrap_or(50_u32);
        let size = if forced < 15 { forced } else { 50 };
        let sim = Sim::builder().quotas(false).part_size(334);
        let world = World::with(sim, |legacy| legacy.page_size(size));
        let mut replay = Self {
            world,
            flow: flow.to_owned(),
            call: call.to_owned(),
            ids: HashMap::new(),
            uploads: Vec::new(),
            media_url: String::new(),
        };
        replay.populate().await;
        replay
    }

    /// Creates what the recorded server had.
    async fn populate(&mut self) {
        let world = &self.world;
        let root = world.root.clone();
        let file = world.file(&root, "clip30.mp4", 300).await;
        let folder = world.folder(&root, "Folder31").await;
        let file2 = world.file(&root, "clip33.mp4", 300).await;
        let file3 = world.file(&root, "clip34.mp4", 300).await;
        let in_folder = world.file(&folder, "clip35.mp4", 300).await;
        let version1 = world.file(&root, "clip36.mp4", 300).await;
        let version2 = world.file(&root, "clip37.mp4", 300).await;
        let stack = world.stack(&root, [&version1, &version2]).await;
        let media_url = world.sim.download_url("https://api.frame.io", &file).unwrap();
        let comment = world.comment(&file, "placeholder").await;
        let reply = world.reply(&comment, "placeholder");
        let mut ids = vec![
            ("user_id", world.sim.demo().user_id.as_str().to_owned()),
            ("account_id", world.account.clone()),
            ("team_id", world.team.clone()),
            ("project_id", world.project.clone()),
            ("root_asset_id", root.clone()),
            ("file_id", file.clone()),
            ("file2_id", file2.clone()),
            ("file3_id", file3),
            ("folder_id", folder),
            ("file_in_folder_id", in_folder),
            ("stack_id", stack),
            ("cover_asset_id", version2.clone()),
            ("version1_id", version1),
            ("version2_id", version2),
            ("comment_id", comment),
            ("reply_id", reply),
        ];
        if self.flow == "10-review-link" && !self.call.contains(".create") {
            let path = format!("/v2/projects/{}/review_links", world.project);
            let link = world.post(&path, json!({"name": "Link"})).await;
            let link = link.body["id"].as_str().unwrap().to_owned();
            if !self.call.contains("update_assets") {
                let path = format!("/v2/review_links/{link}/assets");
                world.post(&path, json!({"asset_ids": [file]})).await;
            }
            ids.push(("review_link_id", link));
        }
        if self.call.ends_with("422") {
            let path = format!("/v2/assets/{file2}/presentations");
            assert_eq!(world.post(&path, json!({"title": "t"})).await.status, 200);
        }
        if self.call.contains("restore") {
            assert_eq!(world.delete(&format!("/v2/assets/{file}")).await.status, 200);
        }
        if self.call.contains("trash") {
            let deleted = world.file(&root, "clip39.mp4", 300).await;
            assert_eq!(world.delete(&format!("/v2/assets/{deleted}")).await.status, 200);
            ids.push(("deleted_file_id", deleted));
        }
        if self.call.contains("collaborator") {
            let first = world.collaborator("Ann", "ann@example.com").await;
            ids.push(("collaborator_id", format!("{}~{first}", world.project)));
            if self.call.starts_with("iterate") || self.call.starts_with("fioctl projects coll") {
                let second = world.collaborator("Bob", "bob@example.com").await;
                ids.push(("collaborator2_id", format!("{}~{second}", world.project)));
            }
        }
        if self.call.contains("shared") {
            // The demo user is a member of every workspace, so none is shared.
            ids.push(("shared_project_id", String::new()));
        }
        self.media_url = media_url;
        self.ids = ids.into_iter().map(|(name, id)| (name.to_owned(), id)).collect();
    }

    fn fill(&self, text: &str) -> String {
        self.ids
            .iter()
            .fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
    }

    async fn exchange(&mut self, exchange: &Value) {
        let (request, expect) = (&exchange["request"], &exchange["expect"]);
        let path = request["path"].as_str().unwrap();
        if let Some(number) = path.strip_prefix("{upload_url_}") {
            let bytes = usize::try_from(request["body"]["$bytes"].as_u64().unwrap()).unwrap();
            return self.send_part(number.parse().unwrap(), bytes).await;
        }
        if path.starts_with("{media_url}") {
            return self.download(&request["headers"]).await;
        }
        let body: Value = serde_json::from_str(&self.fill(&request["body"].to_string())).unwrap();
        let mut builder = Request::builder()
            .method(request["method"].as_str().unwrap().parse::<Method>().unwrap())
            .uri(self.fill(path))
            .header("host", "127.0.0.1:8080");
        for (name, value) in request["headers"].as_object().unwrap() {
            builder = builder.header(name, value.as_str().unwrap());
        }
        let answer = self.world.send(builder.body(Body::from(body.to_string())).unwrap()).await;
        if let Some(urls) = answer.body["upload_urls"].as_array() {
            let urls = urls.iter().map(|url| url.as_str().unwrap().to_owned()).collect();
            let size = usize::try_from(answer.body["filesize"].as_u64().unwrap()).unwrap();
            self.uploads.push((size, urls));
        }
        self.compare(&answer, expect);
    }

    fn at(&self) -> String {
        format!("{}, {}", self.flow, self.call)
    }

    fn compare(&mut self, answer: &Answer, expect: &Value) {
        let at = self.at();
        let deviation = deviations::of(&self.flow, &self.call);
        let skipped: &[&str] = match deviation {
            Some(Instead::Refusal(status)) => {
                assert_eq!(answer.status.as_u16(), *status, "{at}: {}", answer.body);
                shapes::check("error", &answer.body, &at);
                assert!(!answer.detail().is_empty(), "{at}");
                return;
            }
            Some(Instead::OtherValues(keys)) => keys,
            None => &[],
        };
        assert_eq!(answer.status.as_u16(), expect["status"], "{at}: {}", answer.body);
        for (name, value) in expect["headers"].as_object().unwrap() {
            let actual = answer.header(name);
            assert!(!actual.is_empty(), "{at}: no header {name}");
            let is_fixed =
                matches!(name.as_str(), "page-number" | "per-page" | "total" | "total-pages");
            if is_fixed && !skipped.contains(&name.as_str()) && !self.is_other_list() {
                assert_eq!(actual, value, "{at}: {name}");
            }
        }
        self.compare_body(&answer.body, &expect["body"], skipped);
    }

    /// Lists whose length the recorded server made up.
    fn is_other_list(&self) -> bool {
        ["teams.get_members", "fioctl projects shared", "projects.get_pending", "search (raw)"]
            .iter()
            .any(|call| self.call.starts_with(call))
            || self.call.starts_with("fioctl projects collaborators")
    }

    fn compare_body(&mut self, actual: &Value, expected: &Value, skipped: &[&str]) {
        match expected {
            Value::Array(expected) => {
                let items = actual.as_array().unwrap_or_else(|| panic!("{}: {actual}", self.at()));
                if !self.is_other_list() && !skipped.contains(&"total") {
                    assert_eq!(items.len(), expected.len(), "{}: {actual}", self.at());
                }
                for item in items {
                    let kind = item["_type"].as_str().unwrap_or("audit");
                    let kind = if kind == "audit_log" { "audit" } else { kind };
                    shapes::check(kind, item, &self.at());
                }
                // The order of V4 is its own: items are found by their id.
                for wanted in expected {
                    let id = self.fill(wanted["with"]["id"].as_str().unwrap_or_default());
                    if let Some(item) = items.iter().find(|item| item["id"] == *id) {
                        self.compare_object(item, wanted, skipped);
                    }
                }
            }
            expected => self.compare_object(actual, expected, skipped),
        }
    }

    fn compare_object(&mut self, actual: &Value, expected: &Value, skipped: &[&str]) {
        let at = self.at();
        let Some(shape) = expected["$shape"].as_str() else {
            assert!(actual.is_object(), "{at}");
            return;
        };
        let shape = match (shape, actual["_type"].as_str()) {
            // The recorded server answered with a file where V2 had the stack.
            ("file", Some("version_stack")) => "version_stack",
            (shape, _) => shape,
        };
        shapes::check(shape, actual, &at);
        for (key, value) in expected["with"].as_object().into_iter().flatten() {
            if key == "parent_id" && actual["id"] == self.world.root.as_str() {
                assert!(actual[key].is_null(), "{at}: the root has no parent");
            } else if !skipped.contains(&key.as_str()) {
                self.compare_value(key, &actual[key], value, shape);
            }
        }
    }

    fn compare_value(&mut self, key: &str, actual: &Value, expected: &Value, shape: &str) {
        let at = format!("{}: {shape}.{key}", self.at());
        match expected {
            // The owner of the account, whom the recording has, is in the team here.
            _ if shape == "collaborator" && key == "user" => shapes::check("user", actual, &at),
            Value::String(_) if shape == "collaborator" && key == "user_id" => {
                assert!(actual.is_string(), "{at}: {actual}");
            }
            Value::Object(_) if expected.get("$shape").is_some() => {
                self.compare_object(actual, expected, &["name"]);
            }
            Value::String(text) => self.compare_text(&at, key, actual, text),
            // The head version, whose name the recording made up.
            Value::Null if key == "duration" || key == "annotation" => {}
            Value::Array(items) if shape == "error" || key == "upload_urls" => {
                assert!(
                    actual.as_array().is_some_and(|it| !it.is_empty() || items.is_empty()),
                    "{at}"
                );
            }
            Value::Number(_) if key == "item_count" || key == "timestamp" => {
                assert!(actual.is_u64() || key == "timestamp", "{at}: {actual}");
            }
            expected => assert_eq!(actual, expected, "{at}"),
        }
    }

    fn compare_text(&mut self, at: &str, key: &str, actual: &Value, expected: &str) {
        let is_time = expected.starts_with("20") && expected.contains('T');
        if let Some(name) = expected.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
            if name.starts_with("url_") {
                let missing = actual.is_null() && !self.uploads.is_empty();
                // Nothing of the simulator is transcoded at once.
                let optional = name != "url_original" || missing;
                assert!(actual.is_string() || optional, "{at}: {actual}");
                return;
            }
            if name == "iso_now" {
                return assert!(actual.is_string(), "{at}: {actual}");
            }
            match self.ids.get(name) {
                Some(id) if !name.starts_with("new_") => assert_eq!(actual, id.as_str(), "{at}"),
                _ => {
                    let id = actual.as_str().unwrap_or_else(|| panic!("{at}: {actual}"));
                    self.ids.insert(name.to_owned(), id.to_owned());
                }
            }
            return;
        }
        if is_time {
            return assert!(actual.is_string(), "{at}: {actual}");
        }
        let same = SAME.iter().find(|(recorded, _)| *recorded == expected);
        let is_echo = ["projects.create", "fioctl projects set"]
            .iter()
            .any(|call| self.call.starts_with(call));
        match (same, key) {
            (_, "title" | "detail" | "message") => assert!(actual.is_string(), "{at}"),
            // Answers of the recorded server that repeat nothing of the request.
            (_, "name") if is_echo => assert_eq!(actual, "New", "{at}"),
            // V4 names a stack after its files, and decides the type by the name.
            (_, "name") if expected.starts_with("Folder2") || expected == "Folder32" => {}
            (_, "filetype") => assert!(actual.is_string(), "{at}: {actual}"),
            (Some((_, "*")), _) => assert!(actual.is_string(), "{at}: {actual}"),
            (Some((_, same)), _) => assert_eq!(actual, same, "{at}"),
            (None, _) => assert_eq!(actual, expected, "{at}"),
        }
    }

    /// Sends a part as the clients cut it: the number of URLs is the service's choice.
    async fn send_part(&mut self, number: usize, bytes: usize) {
        let size = if matches!(bytes, 334 | 332) { 1000 } else { 10 };
        let upload = self.uploads.iter().find(|(it, _)| *it == size);
        let (size, urls) = upload.unwrap_or_else(|| panic!("{}: no upload", self.at()));
        let Some(url) = urls.get(number - 1) else { return };
        let part = size.div_ceil(urls.len());
        let start = part * (number - 1);
        let body = content(*size)[start..(start + part).min(*size)].to_vec();
        let request = Request::put(url)
            .header("host", "127.0.0.1:8080")
            .header("content-type", "application/x-of-the-client")
            .header("x-amz-acl", "private")
            .header("content-length", body.len())
            .body(Body::from(body));
        assert_eq!(self.world.send(request.unwrap()).await.status, 200, "{}", self.at());
    }

    async fn check_uploads(&self) {
        if self.uploads.is_empty() || !self.call.contains("upload") {
            return;
        }
        let page = self.world.get(&format!("/v2/assets/{}/children", self.world.root)).await;
        let found = page.body.as_array().unwrap().iter().find(|it| it["filesize"] == 1000);
        let id = found.unwrap()["id"].as_str().unwrap();
        assert_eq!(self.world.downloaded(id).await.unwrap(), content(1000), "{}", self.at());
    }

    async fn download(&self, headers: &Value) {
        use tower::ServiceExt;
        let mut request = Request::get(&self.media_url);
        if let Some(range) = headers["range"].as_str() {
            request = request.header("range", range);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = self.world.sim.clone().oneshot(request).await.unwrap();
        assert!(response.status().is_success(), "{}: {}", self.at(), response.status());
    }
}
