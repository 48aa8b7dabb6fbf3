//! The defaults of a profile that are items of the service.

use frameio::auth::profile::Profile;

use crate::exit::Failure;
use crate::resolver::is_id;

/// An item of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Empty to remove the default.
    pub(super) id: String,
    /// `None` if it was not looked up.
    pub(super) name: Option<String>,
}

/// New defaults: `None` keeps one.
#[derive(Clone, Debug, Default)]
pub(super) struct Defaults {
    pub(super) account: Option<Item>,
    pub(super) workspace: Option<Item>,
    pub(super) project: Option<Item>,
}

impl Item {
    /// Creates an item from what the user typed.
    pub(super) const fn typed(id: String) -> Self {
        Self { id, name: None }
    }

    pub(super) fn new(id: impl ToString, name: &str) -> Self {
        Self { id: id.to_string(), name: Some(name.to_owned()) }
    }
}

impl Defaults {
    /// Refuses names and paths, which cannot be saved without the lookup that failed.
    pub(super) fn check_ids(&self, failure: &Failure) -> Result<(), Failure> {
        let items = [&self.account, &self.workspace, &self.project].into_iter().flatten();
        let mut typed = items.map(|item| item.id.as_str()).filter(|text| !text.is_empty());
        match typed.find(|text| !is_id(text)) {
            None => Ok(()),
            Some(text) => Err(Failure::new(
                failure.status,
                format!(
                    "cannot look up '{text}': {}; only an ID is saved without",
                    failure.message
                ),
            )),
        }
    }

    /// Sets the defaults of a profile. A new account or workspace removes those below the previous one.
    pub(super) fn apply(self, profile: &mut Profile) {
        let Profile { account_id, workspace_id, project_id, .. } = profile;
        let [account, workspace, project] = [
            (self.account, account_id, &mut profile.account_name),
            (self.workspace, workspace_id, &mut profile.workspace_name),
            (self.project, project_id, &mut profile.project_name),
        ];
        let mut is_above_changed = false;
        for (new, id, name) in [account, workspace, project] {
            let new = match new {
                None if is_above_changed => Item::typed(String::new()),
                None => continue,
                Some(new) => new,
            };
            is_above_changed |= id.as_ref().is_some_and(|id| *id != new.id);
            *id = Some(new.id).filter(|id| !id.is_empty());
            *name = new.name.filter(|_| id.is_some());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(ids: [Option<&str>; 3]) -> Profile {
        let mut profile = Profile::default();
        let [account, workspace, project] = ids.map(|id| id.map(str::to_owned));
        (profile.account_id, profile.workspace_id, profile.project_id) =
            (account, workspace, project);
        profile
    }

    #[test]
    fn an_item_replaces_those_below_the_previous_one() {
        let item = |id: &str| Some(Item::new(id, "N"));
        for (account, workspace, project, expected) in [
            (None, None, item("p2"), [Some("a"), Some("w"), Some("p2")]),
            (None, item("w2"), None, [Some("a"), Some("w2"), None]),
            (None, item("w"), None, [Some("a"), Some("w"), Some("p")]),
            (item("a"), None, None, [Some("a"), Some("w"), Some("p")]),
            (item("a2"), None, None, [Some("a2"), None, None]),
            (item("a2"), item("w2"), item("p2"), [Some("a2"), Some("w2"), Some("p2")]),
            (None, Some(Item::typed(String::new())), None, [Some("a"), None, None]),
        ] {
            let mut changed = profile([Some("a"), Some("w"), Some("p")]);
            Defaults { account, workspace, project }.apply(&mut changed);
            let ids = [&changed.account_id, &changed.workspace_id, &changed.project_id];
            assert_eq!(ids.map(Option::as_deref), expected);
        }
    }

    #[test]
    fn a_name_is_removed_with_its_id() {
        let mut changed = profile([None; 3]);
        let project = Some(Item::new("p", "The Crossing"));
        Defaults { project, ..Defaults::default() }.apply(&mut changed);
        assert_eq!(changed.project_name.as_deref(), Some("The Crossing"));
        let project = Some(Item::typed(String::new()));
        Defaults { project, ..Defaults::default() }.apply(&mut changed);
        assert_eq!((changed.project_id, changed.project_name), (None, None));
    }
}
