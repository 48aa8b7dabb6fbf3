//! Downloads of versions other than the heads of version stacks.

use frameio_api::files::File;
use frameio_api::version_stacks::VersionStack;
use frameio_core::AccountId;

use super::driver::TreeDownload;
use super::local_folder::LocalFolder;
use crate::versions::numbered_name;
use crate::{RemotePath, TransferError, TransferErrorKind, VersionChoice, Versions};

impl TreeDownload {
    /// Returns whether other versions than heads are downloaded.
    pub(super) fn chooses_versions(&self) -> bool {
        self.tree.versions != VersionChoice::Head
    }

    /// Downloads the chosen versions of a stack.
    pub(super) async fn versions(
        &mut self,
        account: &AccountId,
        stack: &VersionStack,
        remote: RemotePath,
        parent: &mut LocalFolder,
    ) {
        let includes = self.includes();
        let listed =
            self.transfers.inner.versions(account, &stack.id, |list| list.include(includes));
        let chosen = match Box::pin(listed).await {
            Ok(versions) => choose(versions, self.tree.versions),
            Err(error) => Err(error),
        };
        let chosen = match chosen {
            Ok(chosen) => chosen,
            Err(error) => return self.failed(remote, parent.path.clone(), error),
        };
        for (number, file) in chosen {
            let name = match number {
                Some(number) => numbered_name(&file.name, number),
                None => file.name.clone(),
            };
            let target = (account, &file, remote.clone());
            self.named(target, (parent, None), (&name, file.id.as_str())).await;
        }
    }
}

/// Returns the chosen versions with their numbers, if the order is known.
fn choose(
    versions: Versions,
    choice: VersionChoice,
) -> Result<Vec<(Option<usize>, File)>, TransferError> {
    let (count, is_ordered) = (versions.files.len(), versions.is_ordered);
    let mut all = versions
        .files
        .into_iter()
        .enumerate()
        .map(|(at, file)| (is_ordered.then_some(at + 1), file));
    let refuse = |kind, message: String| Err(TransferError::new(kind, message));
    match choice {
        VersionChoice::Number(_) if !is_ordered => {
            let message = "the order of its versions is unknown; download all of them".to_owned();
            refuse(TransferErrorKind::Invalid, message)
        }
        VersionChoice::Number(wanted) => match all.find(|(number, _)| *number == Some(wanted)) {
            Some(found) => Ok(vec![found]),
            None => {
                let message = format!("it has {count} versions, but no version {wanted}");
                refuse(TransferErrorKind::NotFound, message)
            }
        },
        VersionChoice::All | VersionChoice::Head => Ok(all.collect()),
    }
}
