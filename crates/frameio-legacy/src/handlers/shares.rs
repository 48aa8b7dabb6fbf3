//! What review links and presentations have in common: both are shares.

use frameio_api::projects::ListAccountProjects;
use frameio_api::shares::{ListShareAssets, ListShares, Share, ShowShare};
use frameio_core::AccountId;

use crate::context::{Context, Located};
use crate::known_ids::Kind;
use crate::refusal::Refusal;

/// Name of a link whose creator gave none: V4 wants one.
pub(crate) const DEFAULT_NAME: &str = "Review link";
/// Maximum length of the name of a share.
const MAX_NAME: usize = 175;

/// Returns a name as V4 takes it: without line breaks, and not too long.
pub(crate) fn name(name: Option<String>) -> String {
    let name = name.unwrap_or_default().replace(['\r', '\n'], " ");
    let name: String = name.trim().chars().take(MAX_NAME).collect();
    if name.is_empty() { DEFAULT_NAME.to_owned() } else { name }
}

impl Context {
    /// Returns a share with its account.
    pub(crate) async fn share(&self, id: &str) -> Result<Located<Share>, Refusal> {
        self.with_account(id, Kind::Share, |account| self.send(ShowShare::new(account, id))).await
    }

    /// Returns the project of a share. V4 shares do not name it: it is remembered, or searched for.
    pub(crate) async fn project_of_share(
        &self,
        account: &AccountId,
        share: &str,
    ) -> Result<Option<String>, Refusal> {
        if let Some(place) = self.place(share)
            && let Some(project) = place.parent
        {
            return Ok(Some(project));
        }
        let projects = self.all(ListAccountProjects::new(account).page_size(100)).await?;
        for project in &projects {
            self.session.ids.learn_project(account, project);
            let shares = self.all(ListShares::new(account, &project.id).page_size(100)).await?;
            for share in &shares {
                self.learn_share(account, share, project.id.as_str());
            }
            if shares.iter().any(|known| known.id.as_str() == share) {
                return Ok(Some(project.id.as_str().to_owned()));
            }
        }
        Ok(None)
    }

    pub(crate) fn learn_share(&self, account: &AccountId, share: &Share, project: &str) {
        self.session.ids.learn(share.id.as_str(), account, Kind::Share, Some(project));
    }

    /// Number of assets of a share.
    pub(crate) async fn share_size(
        &self,
        account: &AccountId,
        share: &str,
    ) -> Result<Option<u64>, Refusal> {
        let assets = ListShareAssets::new(account, share).page_size(1).include_total_count(true);
        match self.count(assets).await {
            Ok(count) => Ok(Some(count)),
            Err(refusal) if refusal.is_forbidden() => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_v4() {
        assert_eq!(name(None), DEFAULT_NAME);
        assert_eq!(name(Some(" a\nb ".to_owned())), "a b");
        assert_eq!(name(Some("ü".repeat(300))).chars().count(), 175);
    }
}
