//! Paths of the service from saved lists, and the process that reads missing ones.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use frameio::auth::profile::{Profile, Profiles, Services};

use crate::config;
use crate::input::variable;
use crate::name_cache::{NameCache, Owner, Saved};

/// Interval at which a list that is being read is looked for.
const POLL: Duration = Duration::from_millis(5);

/// Options of the line that select whose names are completed, with their variables.
const OPTIONS: [(&str, &str); 3] = [
    ("--profile", "FRAMEIO_PROFILE"),
    ("--base-url", "FRAMEIO_BASE_URL"),
    ("--ims-url", "FRAMEIO_IMS_URL"),
];

/// Returns the paths that start with a text. Waits for a list that is being read until `limit`.
pub(super) fn starting_with(typed: &str, limit: Duration) -> Vec<String> {
    let begun = Instant::now();
    // A path begins with a slash; anything else may be an ID or a local file.
    if typed.is_empty() {
        return vec!["/".to_owned()];
    }
    if !typed.starts_with('/') {
        return Vec::new();
    }
    let (place, prefix) = typed.split_at(typed.rfind('/').map_or(0, |at| at + 1));
    let Some(selection) = Selection::of_line() else { return Vec::new() };
    let Some(cache) = NameCache::locate() else { return Vec::new() };
    let key = selection.owner.key(place);
    let mut saved = cache.names(&key);
    if saved.as_ref().is_none_or(|saved| !saved.is_fresh) && selection.is_signed_in {
        selection.refresh(place, &key);
        while saved.is_none() && begun.elapsed() + POLL < limit {
            sleep(POLL);
            saved = cache.names(&key);
        }
    }
    let Some(Saved { names, .. }) = saved else { return Vec::new() };
    names.starting_with(prefix).map(|name| format!("{place}{name}")).collect()
}

/// Service and user whose names are completed.
struct Selection {
    variables: Vec<(&'static str, String)>,
    owner: Owner,
    is_signed_in: bool,
}

impl Selection {
    /// Reads the options in the line that is completed, the environment and the profile.
    fn of_line() -> Option<Self> {
        let words: Vec<_> = std::env::args().collect();
        let variables: Vec<_> = OPTIONS
            .iter()
            .filter_map(|(option, name)| Some((*name, value_of(&words, option)?)))
            .collect();
        let given = |name: &str| {
            let typed = variables.iter().find(|(known, _)| *known == name);
            typed.map(|(_, value)| value.clone()).or_else(|| variable(name).ok().flatten())
        };
        let profiles = config::load().unwrap_or_default();
        let named = given("FRAMEIO_PROFILE");
        let name = Profiles::chosen(&profiles, named.as_deref()).to_owned();
        let profile = profiles.profiles.get(&name).cloned().unwrap_or_default();
        let url = given("FRAMEIO_BASE_URL").or_else(|| profile.base_url.clone());
        let api_url = Services::new(url.as_deref(), None).api_url;
        let token = given("FRAMEIO_TOKEN");
        let client =
            given("FRAMEIO_CLIENT_ID").filter(|_| given("FRAMEIO_CLIENT_SECRET").is_some());
        let is_signed_in = token.is_some() || client.is_some() || has_sign_in(&profile);
        let owner = Owner::new(&api_url, &name, token.or(client).as_deref());
        Some(Self { variables, owner, is_signed_in })
    }

    /// Starts a process that reads the list of a place.
    fn refresh(&self, place: &str, key: &str) {
        let Ok(program) = std::env::current_exe() else { return };
        let mut command = Command::new(program);
        command
            .args(["completions", "--refresh", place, "--key", key])
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .env_remove(super::VARIABLE)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Without it, nothing is completed.
        drop(command.spawn());
    }
}

const fn has_sign_in(profile: &Profile) -> bool {
    profile.sign_in.is_some()
}

/// Returns the value of an option in a line.
fn value_of(words: &[String], option: &str) -> Option<String> {
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if word == option {
            return words.next().map(str::to_owned);
        }
        let rest = word.strip_prefix(option).and_then(|rest| rest.strip_prefix('='));
        if let Some(value) = rest {
            return Some(value.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_found_in_both_forms() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        for (line, value) in [
            ("frameio --profile work ls", Some("work")),
            ("frameio ls --profile=work", Some("work")),
            ("frameio ls --profile", None),
            ("frameio ls --profiles=x", None),
        ] {
            assert_eq!(value_of(&words(line), "--profile").as_deref(), value, "{line}");
        }
    }

    #[test]
    fn other_words_are_not_completed() {
        let limit = Duration::ZERO;
        assert_eq!(starting_with("", limit), ["/"]);
        assert!(starting_with("take", limit).is_empty());
    }
}
