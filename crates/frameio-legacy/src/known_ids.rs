//! What is known of ids: legacy paths name neither the account of a resource nor its kind.

use std::time::Duration;

use frameio_api::assets::Asset;
use frameio_api::projects::Project;
use frameio_core::AccountId;

use crate::bounded::Bounded;

/// Maximum number of ids.
const CAPACITY: usize = 100_000;
/// Time after which an id is looked up again.
const LIFE: Duration = Duration::from_secs(24 * 3600);
/// Time for which an id counts as missing: it may be that of something new.
const MISSING_LIFE: Duration = Duration::from_secs(30);

/// Kind of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Action,
    Comment,
    File,
    Folder,
    Project,
    Share,
    VersionStack,
    Webhook,
    Workspace,
}

impl Kind {
    /// Returns whether the legacy API called it an asset.
    pub(crate) fn is_asset(self) -> bool {
        matches!(self, Self::File | Self::Folder | Self::VersionStack)
    }
}

/// Place of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) account: AccountId,
    pub(crate) kind: Kind,
    /// The project of a share, which V4 does not name, and of an asset; the workspace of a project.
    pub(crate) parent: Option<String>,
}

/// Ids that were looked up or passed through.
pub(crate) struct KnownIds(Bounded<String, Option<Place>>);

impl KnownIds {
    pub(crate) fn new() -> Self {
        Self(Bounded::new(CAPACITY))
    }

    /// Returns the place of an id; `Some(None)` if it is known to be missing.
    pub(crate) fn get(&self, id: &str) -> Option<Option<Place>> {
        self.0.get(&id.to_owned())
    }

    pub(crate) fn learn(&self, id: &str, account: &AccountId, kind: Kind, parent: Option<&str>) {
        let place = Place { account: account.clone(), kind, parent: parent.map(str::to_owned) };
        self.0.insert(id.to_owned(), Some(place), LIFE);
    }

    pub(crate) fn learn_missing(&self, id: &str) {
        self.0.insert(id.to_owned(), None, MISSING_LIFE);
    }

    pub(crate) fn forget(&self, id: &str) {
        self.0.remove(&id.to_owned());
    }

    /// Learns the ids in an asset.
    pub(crate) fn learn_asset(&self, account: &AccountId, asset: &Asset) {
        let (kind, project, parent, embedded) = match asset {
            Asset::File(file) => (Kind::File, &file.project_id, None, &file.project),
            Asset::Folder(folder) => {
                (Kind::Folder, &folder.project_id, folder.parent_id.as_ref(), &folder.project)
            }
            Asset::VersionStack(stack) => {
                (Kind::VersionStack, &stack.project_id, stack.parent_id.as_ref(), &stack.project)
            }
            _ => return,
        };
        self.learn(asset.id().as_str(), account, kind, Some(project.as_str()));
        if let Some(parent) = parent {
            self.learn(parent.as_str(), account, Kind::Folder, Some(project.as_str()));
        }
        if let Some(project) = embedded {
            self.learn_project(account, project);
        }
    }

    /// Learns the ids in a project.
    pub(crate) fn learn_project(&self, account: &AccountId, project: &Project) {
        let workspace = project.workspace_id.as_str();
        self.learn(project.id.as_str(), account, Kind::Project, Some(workspace));
        let root = project.root_folder_id.as_str();
        self.learn(root, account, Kind::Folder, Some(project.id.as_str()));
        self.learn(workspace, account, Kind::Workspace, None);
    }
}
