//! Paths of the service from saved lists, and the process that reads missing ones.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use frameio::auth::profile::{Profile, Profiles, Services};

use super::line::Line;
use crate::config::{self, CURRENT_FOLDER};
use crate::input::variable;
use crate::name_cache::{NameCache, Owner, Saved};
use crate::web_link;

/// Interval at which a list that is being read is looked for.
const POLL: Duration = Duration::from_millis(5);

/// Options of the line that select whose names are completed, with their variables.
const OPTIONS: [(&str, &str); 3] = [
    ("--profile", "FRAMEIO_PROFILE"),
    ("--base-url", "FRAMEIO_BASE_URL"),
    ("--ims-url", "FRAMEIO_IMS_URL"),
];

/// Returns the paths that start with a text. Waits for a list that is being read until `limit`.
pub(super) fn starting_with(typed: &str, may_be_relative: bool, limit: Duration) -> Vec<String> {
    let begun = Instant::now();
    let Some(selection) = Selection::of_line() else { return Vec::new() };
    // Without a folder to start at, anything but an absolute path may be an ID.
    let base = selection.base.as_deref().filter(|_| may_be_relative);
    let (place, prefix) = typed.split_at(last_separator(typed));
    let asked = match base {
        _ if place.starts_with('/') => Asked::absolute(place),
        Some(base) if !web_link::is_link(typed) => Asked::relative(base, place),
        _ if typed.is_empty() => return vec!["/".to_owned()],
        _ => return Vec::new(),
    };
    let root = typed.is_empty().then(|| "/".to_owned());
    let names = selection.names(&asked, || begun.elapsed() + POLL < limit);
    let names = names.map(|Saved { names, .. }| {
        let names = names.starting_with(prefix);
        names.map(|name| format!("{place}{name}")).collect::<Vec<_>>()
    });
    names.unwrap_or_default().into_iter().chain(root).collect()
}

/// Returns the names of the shares in the project that the line names, or else in that of the profile. Waits
/// for a list that is being read until `limit`.
pub(super) fn shares(limit: Duration) -> Vec<String> {
    let begun = Instant::now();
    let Some(selection) = Selection::of_line() else { return Vec::new() };
    let named = Line::current().value_of("--project");
    let Some(project) = named.or(selection.base.as_deref()) else { return Vec::new() };
    let asked = Asked::shares(project, named.is_some());
    let names = selection.names(&asked, || begun.elapsed() + POLL < limit);
    let names = names.map(|Saved { names, .. }| names.plain().collect());
    names.unwrap_or_default()
}

/// Returns the position after the last `/` that separates names; `\/` is part of one.
fn last_separator(typed: &str) -> usize {
    let (mut end, mut is_escaped) = (0, false);
    for (at, c) in typed.char_indices() {
        if c == '/' && !is_escaped {
            end = at + 1;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    end
}

/// Place whose names are completed.
struct Asked {
    /// Option of the process that reads the names.
    option: &'static str,
    /// Path for that process.
    place: String,
    /// Path under which they are saved.
    saved_as: String,
}

impl Asked {
    fn absolute(place: &str) -> Self {
        Self { option: "--refresh", place: place.to_owned(), saved_as: place.to_owned() }
    }

    /// Returns a place below the folder that relative paths start at: a path, an ID or a link.
    fn relative(base: &str, place: &str) -> Self {
        let saved_as = format!("{}/{place}", base.trim_end_matches('/'));
        let place = if place.is_empty() { "./".to_owned() } else { place.to_owned() };
        Self { option: "--refresh", place, saved_as }
    }

    /// Returns the shares of a project, which is named, or the folder that relative paths start at.
    fn shares(project: &str, is_named: bool) -> Self {
        let place = if is_named { project } else { "./" }.to_owned();
        Self { option: "--refresh-shares", place, saved_as: format!("shares of {project}") }
    }
}

/// Service and user whose names are completed.
struct Selection {
    variables: Vec<(&'static str, String)>,
    owner: Owner,
    /// Folder or project that relative paths start at.
    base: Option<String>,
    is_signed_in: bool,
}

impl Selection {
    /// Reads the options in the line that is completed, the environment and the profile.
    fn of_line() -> Option<Self> {
        let line = Line::current();
        let variables: Vec<_> = OPTIONS
            .iter()
            .filter_map(|(option, name)| Some((*name, line.value_of(option)?.to_owned())))
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
        let base = given(CURRENT_FOLDER).or(profile.project_id);
        Some(Self { variables, owner, base, is_signed_in })
    }

    /// Returns the names in a place. If they are missing or old, starts to read them, and waits for
    /// missing ones while `may_wait` permits it.
    fn names(&self, asked: &Asked, may_wait: impl Fn() -> bool) -> Option<Saved> {
        let cache = NameCache::locate()?;
        let key = self.owner.key(&asked.saved_as);
        let mut saved = cache.names(&key);
        if saved.as_ref().is_none_or(|saved| !saved.is_fresh) && self.is_signed_in {
            self.refresh(asked, &key);
            while saved.is_none() && may_wait() {
                sleep(POLL);
                saved = cache.names(&key);
            }
        }
        saved
    }

    /// Starts a process that reads the list of a place.
    fn refresh(&self, asked: &Asked, key: &str) {
        let Ok(program) = std::env::current_exe() else { return };
        let mut command = Command::new(program);
        command
            .args(["completions", asked.option, &asked.place, "--key", key])
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_at_separators() {
        for (typed, at) in [("", 0), ("take", 0), ("/W/P", 3), (r"/W/a\/b", 3), (r"/W/a\\/b", 7)] {
            assert_eq!(last_separator(typed), at, "{typed}");
        }
    }

    #[test]
    fn relative_places_below_a_path_share_the_names_of_absolute_ones() {
        let (place, base) = ("Dailies/", "/Film/The Crossing/");
        let absolute = Asked::absolute("/Film/The Crossing/Dailies/");
        assert_eq!(Asked::relative(base, place).saved_as, absolute.saved_as);
        assert_eq!(Asked::relative(base, "").saved_as, base);
        assert_eq!(Asked::relative(base, "").place, "./");
        assert_eq!(Asked::relative("0000001f-f1a0", "Cuts/").saved_as, "0000001f-f1a0/Cuts/");
    }
}
