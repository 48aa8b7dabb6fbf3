//! The filter of a download.

use std::path::{Path, PathBuf};

use frameio_api::files::File;

use super::driver::{TreeDownload, at};
use super::local_folder::create_directory;
use crate::existing::created;
use crate::filter::{Bases, text_of};
use crate::summary::Ignored;
use crate::{Item, Outcome, RemotePath, TransferError};

impl TreeDownload {
    /// Returns the reason why the filter does not select a file.
    pub(super) fn ignored(&self, bases: &Bases, (below, file): (&str, &File)) -> Option<Ignored> {
        let matcher = &self.decider.matcher;
        let is_selected = || {
            matcher.include(bases, below) && matcher.selects_content(file.file_size, created(file))
        };
        let excluded = matcher.exclude(bases, below, false);
        excluded.or_else(|| (!is_selected()).then_some(Ignored::Excluded))
    }

    pub(super) fn ignore(&mut self, remote: RemotePath, file: Option<&File>, reason: Ignored) {
        let item = Item::new(remote, PathBuf::new(), Outcome::Ignored(reason));
        self.done(item.of_file(file.map(|file| file.id.clone())));
    }

    /// Returns whether directories are only created for selected files.
    pub(super) fn is_lazy(&self) -> bool {
        self.decider.matcher.is_selective() || self.decider.matcher.has_excludes()
    }

    /// Creates the missing directories above a selected file.
    pub(super) async fn create_above(&mut self, file: &Path) -> Result<(), TransferError> {
        let root = self.tree.directory.clone();
        let above = file.parent().filter(|above| !self.created.contains(*above));
        let Some(above) = above.filter(|_| self.is_lazy() && !self.tree.options.dry_run) else {
            return Ok(());
        };
        let names: Vec<_> = above.strip_prefix(&root).unwrap_or(above).iter().collect();
        let paths = names.iter().scan(root, |path, name| {
            path.push(name);
            Some(path.clone())
        });
        let paths: Vec<_> = paths.collect();
        at(above, move || paths.iter().try_for_each(|path| create_directory(path))).await?;
        self.created.insert(above.to_owned());
        Ok(())
    }
}

/// Returns a path as the filter matches it: `/` in a name is `_`, and no name is special.
pub(super) fn text(path: &RemotePath) -> String {
    let names = path.names().iter().map(|name| match &**name {
        "" | "." | ".." => "_".to_owned(),
        name => name.replace(['/', '\\'], "_"),
    });
    text_of(Path::new(&names.collect::<Vec<_>>().join("/")))
}
