//! Fields, members and shares of the project.

use frameio_api::assets::AssetSort;
use frameio_api::metadata_fields::ListFieldDefinitions;
use frameio_api::project_permissions::ListProjectUsers;
use frameio_api::shares::{ListShareAssets, ListShareReviewers, ListShares, Share};
use frameio_client::Error;
use frameio_core::Paged;

use super::Run;
use crate::error::ArchiveError;
use crate::layout::{
    FIELDS, FieldsFile, MEMBERS, MembersFile, Missing, SHARES, SavedShare, SharedAsset, SharesFile,
};
use crate::scrub;

/// Maximum page size of the service for these lists.
const PAGE_SIZE: u32 = 100;

impl Run {
    pub(super) async fn project_data(&self) -> Result<(), ArchiveError> {
        let fields =
            self.list_all(ListFieldDefinitions::new(&self.settings.account).page_size(PAGE_SIZE));
        let mut fields: FieldsFile = self.allowed("metadata fields", fields.await)?;
        for field in fields.iter_mut().flatten() {
            field.creator.as_deref_mut().into_iter().for_each(scrub::user);
        }
        self.write(FIELDS, fields).await?;
        let members = ListProjectUsers::new(&self.settings.account, &self.settings.project)
            .include_deactivated(true)
            .page_size(PAGE_SIZE);
        let members = self.list_all(members).await;
        let mut members: MembersFile = self.allowed("members", members)?;
        members.iter_mut().flatten().for_each(|member| scrub::user(&mut member.user));
        self.write(MEMBERS, members).await?;
        let shares = self.shares().await?;
        self.write(SHARES, shares).await
    }

    async fn shares(&self) -> Result<SharesFile, ArchiveError> {
        let list = ListShares::new(&self.settings.account, &self.settings.project);
        let shares = self.list_all(list.page_size(PAGE_SIZE)).await;
        let Some(shares) = self.allowed("shares", shares)? else { return Ok(None) };
        let mut saved = Vec::new();
        for share in shares {
            saved.push(Box::pin(self.share(share)).await?);
        }
        // The service documents no order.
        saved.sort_by(|a, b| {
            (a.share.created_at, a.share.id.as_str())
                .cmp(&(b.share.created_at, b.share.id.as_str()))
        });
        Ok(Some(saved))
    }

    async fn share(&self, mut share: Share) -> Result<SavedShare, ArchiveError> {
        let account = &self.settings.account;
        let name = share.name.clone().unwrap_or_default();
        let list = ListShareAssets::new(account, &share.id).sort(AssetSort::CreatedAtAsc);
        let assets = self.list_all(list.page_size(PAGE_SIZE)).await;
        let assets = self.allowed(&format!("items of the share '{name}'"), assets)?;
        let assets = assets.unwrap_or_default().into_iter().map(|asset| SharedAsset {
            id: asset.id(),
            kind: asset.kind().to_owned(),
            name: asset.name().to_owned(),
        });
        let reviewers = ListShareReviewers::new(account, &share.id).page_size(PAGE_SIZE);
        let reviewers = self.list_all(reviewers).await;
        let mut reviewers = self.allowed(&format!("reviewers of the share '{name}'"), reviewers)?;
        reviewers.iter_mut().flatten().for_each(scrub::user);
        let has_passphrase = share.passphrase.take().is_some();
        Ok(SavedShare { share, has_passphrase, assets: assets.collect(), reviewers })
    }

    async fn list_all<E: Paged>(&self, list: E) -> Result<Vec<E::Item>, Error> {
        let mut items = self.client.items(list).strict(true);
        let mut all = Vec::new();
        while let Some(item) = items.next().await {
            all.push(item?);
        }
        Ok(all)
    }

    /// Notes a list that the user may not read, which is no error.
    fn allowed<T>(&self, what: &str, list: Result<T, Error>) -> Result<Option<T>, ArchiveError> {
        match list {
            Ok(list) => Ok(Some(list)),
            Err(error) if matches!(error.status().map(|it| it.as_u16()), Some(403 | 404)) => {
                let what = what.to_owned();
                let reason = error.to_string();
                self.missing(Missing { what, id: None, reason, is_failure: false });
                Ok(None)
            }
            Err(error) => Err(ArchiveError::call(error)),
        }
    }
}
