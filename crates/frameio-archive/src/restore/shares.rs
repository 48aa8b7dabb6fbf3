//! Shares, without their reviewers: the service would send mail to them.

use std::collections::{HashMap, HashSet};

use frameio_api::shares::{AddShareAsset, CreateShare, ListShares};
use frameio_core::{AssetId, FieldDefinitionId, ShareId};
use jiff::Timestamp;

use super::{Kind, Run};
use crate::error::ArchiveError;
use crate::layout::{MEMBERS, MembersFile, SHARES, SavedShare, SharesFile};
use crate::tasks::blocking;

/// Maximum number of items in a call that creates a share.
const ITEMS: usize = 100;

impl Run {
    pub(super) async fn members(&self) -> Result<(), ArchiveError> {
        let directory = self.directory.clone();
        let members: MembersFile = blocking(move || directory.read_json(MEMBERS)).await?;
        let count = members.map_or(0, |members| members.len() as u64);
        let reason = "adding members would invite them; see `data/members.json`";
        self.report.impossible("members", count, reason);
        let description = u64::from(self.old.description.is_some());
        self.report.impossible("description of the project", description, "the API cannot set it");
        Ok(())
    }

    pub(super) async fn shares(&self) -> Result<(), ArchiveError> {
        let directory = self.directory.clone();
        let shares: SharesFile = blocking(move || directory.read_json(SHARES)).await?;
        let shares = shares.unwrap_or_default();
        if shares.is_empty() {
            return Ok(());
        }
        let parents = self.parents().await?;
        let mut reviewers = 0;
        for saved in shares {
            let name = saved.share.name.clone().unwrap_or_default();
            let what = format!("share '{name}'");
            if saved.has_passphrase {
                let reason = "its passphrase is not in the archive; create it with another one";
                self.report.impossible(&what, 1, reason);
                continue;
            }
            reviewers += saved.reviewers.as_ref().map_or(0, Vec::len) as u64;
            match Box::pin(self.share(&saved, &name, &parents)).await {
                Ok(()) => self.report.count(|counts| counts.shares += 1),
                Err(error) => self.failed(&what, error)?,
            }
        }
        let reason = "adding reviewers to a share sends mail to them";
        self.report.impossible("reviewers of shares", reviewers, reason);
        Ok(())
    }

    /// Returns the folder or stack that contains each item of the archive.
    async fn parents(&self) -> Result<HashMap<AssetId, AssetId>, ArchiveError> {
        let mut parents = HashMap::new();
        let mut items = self.items().await?;
        loop {
            let batch = items.next().await?;
            if batch.is_empty() {
                return Ok(parents);
            }
            for item in batch {
                let id = item.asset.id();
                for version in item.versions {
                    parents.insert(version.file.id.into(), id.clone());
                }
                parents.insert(id, item.folder_id.into());
            }
        }
    }

    async fn share(
        &self,
        saved: &SavedShare,
        name: &str,
        parents: &HashMap<AssetId, AssetId>,
    ) -> Result<(), ArchiveError> {
        let old = saved.share.id.as_str();
        if self.state.created(Kind::Share, old).is_some() {
            return Ok(());
        }
        let (assets, lost) = self.assets(saved, parents);
        let reason = "they were not restored";
        self.report.impossible(&format!("items of the share '{name}'"), lost, reason);
        let found = match self.state.begin(Kind::Share, old).await? {
            true => self.existing_share(name).await?,
            false => None,
        };
        let (id, added) = match found {
            // The items of an earlier run may be incomplete; adding an item again changes nothing.
            Some(id) => (id, 0),
            None => {
                let create = self.new_share(saved, name, assets.get(..ITEMS).unwrap_or(&assets));
                (self.client.send(create).await.map_err(ArchiveError::call)?.id, ITEMS)
            }
        };
        for asset in assets.iter().skip(added) {
            let add = AddShareAsset::new(&self.settings.account, &id, asset);
            self.client.send(add).await.map_err(ArchiveError::call)?;
        }
        self.state.done(Kind::Share, old, id.as_str()).await
    }

    /// Returns the new items to share, and the number of those that were not restored. The archive lists
    /// the content of shared folders too, which a share has anyway.
    fn assets(
        &self,
        saved: &SavedShare,
        parents: &HashMap<AssetId, AssetId>,
    ) -> (Vec<AssetId>, u64) {
        let shared: HashSet<&AssetId> = saved.assets.iter().map(|asset| &asset.id).collect();
        let is_top = |id: &AssetId| {
            let mut above = parents.get(id);
            // The archive may contain a cycle.
            for _ in 0..parents.len() {
                match above {
                    Some(folder) if shared.contains(folder) => return false,
                    Some(folder) => above = parents.get(folder),
                    None => return true,
                }
            }
            true
        };
        let (mut new, mut lost) = (Vec::new(), 0);
        for asset in saved.assets.iter().filter(|asset| is_top(&asset.id)) {
            let kind = match &*asset.kind {
                "folder" => Kind::Folder,
                "version_stack" => Kind::VersionStack,
                _ => Kind::File,
            };
            match self.state.created(kind, asset.id.as_str()) {
                Some(id) => new.push(AssetId::from(id)),
                None => lost += 1,
            }
        }
        (new, lost)
    }

    /// Creates the request with the settings of the share. Those that restrict it are always set, so that
    /// a service that does not accept them refuses the share instead of opening it.
    fn new_share(&self, saved: &SavedShare, name: &str, assets: &[AssetId]) -> CreateShare {
        let share = &saved.share;
        let (account, access) = (&self.settings.account, share.access.clone());
        let mut create = CreateShare::new(account, &self.project, name, access);
        create.asset_ids = (!assets.is_empty()).then(|| assets.to_vec());
        create.description = share.description.clone();
        create.expiration = share.expiration;
        // The service may refuse a time in the past.
        let is_expired = share.expiration.is_some_and(|end| end <= Timestamp::now());
        if is_expired {
            create.expiration = None;
        }
        create.enabled = Some(share.enabled && !is_expired);
        create.downloading_enabled = Some(share.downloading_enabled);
        create.commenting_enabled = Some(share.commenting_enabled);
        create.show_all_asset_versions = share.show_all_asset_versions;
        create.editable_fields_enabled = share.editable_fields_enabled;
        create.captions_enabled = share.captions_enabled;
        create.transcripts_enabled = share.transcripts_enabled;
        create.watermark_enabled = share.watermark_enabled.filter(|enabled| *enabled);
        create.forensic_watermark_enabled =
            share.forensic_watermark_enabled.filter(|enabled| *enabled);
        create.drm_enabled = share.drm_enabled.filter(|enabled| *enabled);
        create.layout = share.layout.clone();
        create.theme = share.theme.clone();
        create.accent_color = share.accent_color.clone();
        create.open_in_viewer_enabled = share.open_in_viewer_enabled;
        create.thumbnail_scale = share.thumbnail_scale.clone();
        create.title_line_count = share.title_line_count;
        create.card_size = share.card_size.clone();
        create.card_aspect_ratio = share.card_aspect_ratio.clone();
        create.card_info_enabled = share.card_info_enabled;
        create.list_row_size = share.list_row_size.clone();
        create.icons_visible_on_list = share.icons_visible_on_list;
        create.name_column_width = share.name_column_width;
        create.reel_card_aspect_ratio = share.reel_card_aspect_ratio.clone();
        create.reel_card_fit_image = share.reel_card_fit_image;
        create.show_asset_name_in_reel_layout = share.show_asset_name_in_reel_layout;
        // Ids of fields are those of an account.
        if self.source == self.settings.account {
            create.sort_by = share.sort_by.clone();
            create.featured_field_definition_id = share.featured_field_definition_id.clone();
            let visible: Option<Vec<FieldDefinitionId>> =
                share.visible_field_definition_ids.clone();
            create.visible_field_definition_ids = visible;
        }
        create
    }

    /// Finds a share that an earlier run created without noting it. The project is new, so that it has no
    /// others.
    async fn existing_share(&self, name: &str) -> Result<Option<ShareId>, ArchiveError> {
        let list = ListShares::new(&self.settings.account, &self.project).page_size(100);
        let mut shares = self.client.items(list).strict(true);
        while let Some(share) = shares.next().await.transpose().map_err(ArchiveError::call)? {
            if share.name.as_deref() == Some(name) && self.state.claim(share.id.as_str()) {
                return Ok(Some(share.id));
            }
        }
        Ok(None)
    }
}
