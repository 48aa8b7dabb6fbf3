//! The relays of a façade.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use frameio_core::Secret;
use frameio_private_file as private_file;
use frameio_tower::{HttpService, Transport};
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};

use super::{Relay, receiver_transport, transport};
use crate::refusal::Refusal;
use crate::uploads::random_id;

/// Maximum number of relays that requests may register, together with those of the file.
const MAX_RELAYS: usize = 1000;
/// Maximum length of the URL of a receiver, as V4 limits it.
const MAX_URL: usize = 2000;

/// Relays by their path, and the file that keeps those that requests register.
///
/// ```
/// use frameio_legacy::relay::Relays;
///
/// let relays = Relays::parse(r#"[{
///     "path": "/relay/ingest",
///     "secret": "secret of the V4 webhook",
///     "target": "http://127.0.0.1:3000/hook",
///     "target_secret": "secret of the old webhook"
/// }]"#)?;
/// # drop(relays);
/// # Ok::<_, frameio_legacy::relay::InvalidRelays>(())
/// ```
#[derive(Clone)]
pub struct Relays {
    inner: Arc<Inner>,
}

struct Inner {
    entries: Mutex<Vec<Registered>>,
    http: HttpService,
    file: Option<SavedTo>,
}

/// File of a façade that registers relays, locked while it runs.
struct SavedTo {
    path: PathBuf,
    _lock: File,
    /// One write at a time.
    order: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Registered {
    entry: Entry,
    relay: Relay,
}

/// A relay in the file.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) path: String,
    pub(crate) secret: Secret,
    pub(crate) target: String,
    pub(crate) target_secret: Secret,
    /// Id of the V4 webhook that a request has created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) webhook: Option<String>,
}

/// A list of relays that cannot be used. The message contains no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRelays(String);

impl fmt::Display for InvalidRelays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidRelays {}

impl Relays {
    /// Reads a JSON list of relays, each with `path`, `secret`, `target` and `target_secret`.
    ///
    /// # Errors
    /// When the text is not such a list, or a relay has an unusable path, target or secret.
    pub fn parse(json: &str) -> Result<Self, InvalidRelays> {
        // The text holds secrets, which errors of serde may repeat.
        let entries: Vec<Entry> = serde_json::from_str(json).map_err(|error| {
            let place = format!("line {}", error.line());
            InvalidRelays(format!(
                "{place}: not a list of relays, each with path, secret, target and target_secret"
            ))
        })?;
        let relays = Self::with_transport(receiver_transport());
        for mut entry in entries {
            entry.path = clean_path(&entry.path)
                .filter(|path| relays.find(path).is_none())
                .ok_or_else(|| {
                    InvalidRelays(format!(
                        "'{}' is not a unique path, such as /relay/a",
                        entry.path
                    ))
                })?;
            relays.insert(entry)?;
        }
        Ok(relays)
    }

    /// Sends through a custom service. Default: hyper. Applies to relays that are added later.
    pub fn transport(service: impl Transport) -> Self {
        Self::with_transport(transport(service))
    }

    fn with_transport(http: HttpService) -> Self {
        let entries = Mutex::default();
        Self { inner: Arc::new(Inner { entries, http, file: None }) }
    }

    /// Registers a relay for each webhook that a request to the façade creates, and saves all relays
    /// to this file, which only its owner can read. At most 1000 relays are kept.
    ///
    /// # Errors
    /// When the file cannot be written, or another process has it in use.
    pub fn save_to(self, path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let lock = private_file::open_lock(&path)?;
        lock.try_lock().map_err(|error| match error {
            std::fs::TryLockError::WouldBlock => {
                io::Error::new(io::ErrorKind::ResourceBusy, "in use by another program")
            }
            std::fs::TryLockError::Error(error) => error,
        })?;
        private_file::write(&path, &self.text()?)?;
        let order = tokio::sync::Mutex::new(());
        let entries = Mutex::new(self.entries().clone());
        let file = Some(SavedTo { path, _lock: lock, order });
        let http = self.inner.http.clone();
        Ok(Self { inner: Arc::new(Inner { entries, http, file }) })
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Vec<Registered>> {
        self.inner.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether webhooks that requests create get a relay.
    pub(crate) fn registers(&self) -> bool {
        self.inner.file.is_some()
    }

    /// Returns the relay at a path.
    pub(crate) fn find(&self, path: &str) -> Option<Relay> {
        let entries = self.entries();
        entries.iter().find(|it| it.entry.path == path).map(|it| it.relay.clone())
    }

    /// Returns path and target of the relay of a webhook.
    pub(crate) fn of_webhook(&self, id: &str) -> Option<(String, String)> {
        let entries = self.entries();
        let found = entries.iter().find(|it| it.entry.webhook.as_deref() == Some(id));
        found.map(|it| (it.entry.path.clone(), it.entry.target.clone()))
    }

    /// Returns an unused path for another relay, unless there are too many.
    pub(crate) fn new_path(&self) -> Result<String, Refusal> {
        if self.entries().len() >= MAX_RELAYS {
            let detail =
                format!("the façade has {MAX_RELAYS} relays: delete webhooks that are not needed");
            return Err(Refusal::invalid(detail));
        }
        Ok(format!("/relay/{}", random_id()?))
    }

    /// Adds a relay and saves it.
    pub(crate) async fn add(&self, entry: Entry) -> Result<(), Refusal> {
        let path = entry.path.clone();
        self.insert(entry).map_err(|error| Refusal::invalid(error.to_string()))?;
        let saved = self.save().await;
        if saved.is_err() {
            self.entries().retain(|it| it.entry.path != path);
        }
        saved
    }

    /// Sends the deliveries of a webhook to another receiver.
    pub(crate) async fn set_target(&self, webhook: &str, target: &str) -> Result<(), Refusal> {
        let uri = receiver(target)?;
        if let Some(found) =
            self.entries().iter_mut().find(|it| it.entry.webhook.as_deref() == Some(webhook))
        {
            target.clone_into(&mut found.entry.target);
            found.relay.target = uri;
        }
        self.save().await
    }

    /// Removes the relay of a webhook that was deleted.
    pub(crate) async fn remove(&self, webhook: &str) -> Result<(), Refusal> {
        let before = self.entries().len();
        self.entries().retain(|it| it.entry.webhook.as_deref() != Some(webhook));
        if self.entries().len() == before { Ok(()) } else { self.save().await }
    }

    fn insert(&self, entry: Entry) -> Result<(), InvalidRelays> {
        let target = receiver(&entry.target)
            .map_err(|_| InvalidRelays(format!("'{}': 'target' is not a valid URL", entry.path)))?;
        let about = |error: &dyn fmt::Display| InvalidRelays(format!("'{}': {error}", entry.path));
        let relay = Relay::new(entry.secret.clone(), target, entry.target_secret.clone())
            .map_err(|error| about(&error))?;
        let relay = Relay { http: self.inner.http.clone(), ..relay };
        self.entries().push(Registered { entry, relay });
        Ok(())
    }

    async fn save(&self) -> Result<(), Refusal> {
        let Some(file) = &self.inner.file else { return Ok(()) };
        let _turn = file.order.lock().await;
        let (path, text) = (file.path.clone(), self.text());
        let written = match text {
            Ok(text) => tokio::task::spawn_blocking(move || private_file::write(&path, &text))
                .await
                .unwrap_or_else(|error| Err(io::Error::other(error))),
            Err(error) => Err(error),
        };
        written.map_err(|error| {
            tracing::error!(target: "frameio::legacy", %error, "legacy.relays_not_saved");
            let detail = format!("cannot save the relay: {}", private_file::reason(&error));
            Refusal::with_status(StatusCode::INSUFFICIENT_STORAGE, detail)
        })
    }

    fn text(&self) -> io::Result<Vec<u8>> {
        let entries: Vec<Entry> = self.entries().iter().map(|it| it.entry.clone()).collect();
        Ok(serde_json::to_vec_pretty(&entries)?)
    }
}

/// Parses the URL of a receiver.
pub(crate) fn receiver(url: &str) -> Result<Uri, Refusal> {
    let uri = url.parse::<Uri>().ok().filter(|_| url.len() <= MAX_URL);
    let uri = uri.filter(|it| matches!(it.scheme_str(), Some("http" | "https")));
    uri.ok_or_else(|| Refusal::invalid("'url' is not an http:// or https:// URL"))
}

/// Returns a path without a trailing slash, if deliveries can have it.
fn clean_path(path: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
    let normal = crate::request::normalize_path(path);
    let is_own = normal == "/v2" || normal.starts_with("/v2/");
    let fits = path.starts_with('/') && path.bytes().all(plain) && !normal.is_empty() && !is_own;
    fits.then_some(normal)
}

impl fmt::Debug for Relays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relays").field("count", &self.entries().len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(index: usize) -> Entry {
        Entry {
            path: format!("/relay/{index}"),
            secret: "s3cret".into(),
            target: "http://127.0.0.1:1/".into(),
            target_secret: "s3cret".into(),
            webhook: Some(format!("w{index}")),
        }
    }

    #[tokio::test]
    async fn relays_survive_a_restart_and_have_a_limit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("relays.json");
        let relays = Relays::parse("[]").unwrap().save_to(&path).unwrap();
        assert!(Relays::parse("[]").unwrap().save_to(&path).is_err(), "two programs use the file");
        relays.add(entry(0)).await.unwrap();
        relays.set_target("w0", "https://new.example/hook").await.unwrap();
        for index in 1..MAX_RELAYS {
            relays.insert(entry(index)).unwrap();
        }
        assert_eq!(relays.new_path().unwrap_err().status, 422);
        drop(relays);
        let text = std::fs::read_to_string(&path).unwrap();
        let read = Relays::parse(&text).unwrap();
        let expected = ("/relay/0".to_owned(), "https://new.example/hook".to_owned());
        assert_eq!(read.of_webhook("w0"), Some(expected));
        let read = read.save_to(&path).unwrap();
        read.remove("w0").await.unwrap();
        assert!(read.find("/relay/0").is_none());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "[]");
        assert!(!format!("{read:?}").contains("s3cret"));
    }

    #[test]
    fn paths_are_unique_and_outside_of_the_legacy_api() {
        let list = |path: &str| {
            let entry =
                |path: &str| serde_json::to_string(&Entry { path: path.into(), ..entry(0) });
            format!("[{},{}]", entry("/relay/x").unwrap(), entry(path).unwrap())
        };
        for wrong in ["/relay/x", "/relay//x/", "/v2/x", "//v2/x", "/v2", "/", "relay", "/a b", ""]
        {
            let error = Relays::parse(&list(wrong)).unwrap_err().to_string();
            assert_eq!(error, format!("'{wrong}' is not a unique path, such as /relay/a"));
        }
        assert!(Relays::parse(&list("/v2x/y/")).unwrap().find("/v2x/y").is_some());
        let error = Relays::parse(r#"[{"secret": "s3cret"}]"#).unwrap_err().to_string();
        assert!(error.contains("line 1") && !error.contains("s3cret"), "{error}");
    }
}
