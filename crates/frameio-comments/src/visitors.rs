//! Names of visitors of shares, guessed by the time of their activity.

use std::collections::HashMap;

use frameio_api::files::File;
use frameio_api::shares::{
    ListShareActivities, ListShares, ShareActivityInclude, ShareActivityType,
};
use frameio_client::{Client, Error};
use frameio_core::{AccountId, ProjectId, ShareId};
use frameio_markers::{Author, MarkerList};
use jiff::Timestamp;
use tokio::sync::OnceCell;

/// Maximum distance in seconds between a comment and the activity that reports it.
const WINDOW: i64 = 10;

/// Activities of visitors who commented, by asset.
type Activities = HashMap<String, Vec<(Timestamp, String)>>;

/// Names visitors.
pub(crate) struct Visitors {
    client: Client,
    account: AccountId,
    /// The share to read; `None` for all shares of the project.
    share: Option<ShareId>,
    activities: OnceCell<Activities>,
}

impl Visitors {
    pub(crate) fn new(client: Client, account: AccountId, share: Option<ShareId>) -> Self {
        Self { client, account, share, activities: OnceCell::new() }
    }

    /// Names the authors that the service does not name. Failures become notes: a guess is an extra.
    pub(crate) async fn name(&self, list: &mut MarkerList, file: &File, notes: &mut Vec<String>) {
        let is_unknown = |author: &Author| author.name.is_none();
        let roots = list.markers.iter().filter_map(|marker| marker.author.as_ref());
        let replies = list.markers.iter().flat_map(|marker| &marker.replies);
        if !roots.chain(replies.map(|reply| &reply.author)).any(is_unknown) {
            return;
        }
        let load = || self.load(&file.project_id);
        let activities = match self.activities.get_or_try_init(load).await {
            Ok(activities) => activities,
            Err(error) => return notes.push(format!("visitors cannot be guessed: {error}")),
        };
        // An activity is about the file, or about the stack that the visitor saw.
        let ids = [Some(file.id.as_str()), file.parent_id.as_ref().map(|id| id.as_str())];
        let found = ids.into_iter().flatten().filter_map(|id| activities.get(id)).flatten();
        let mut candidates: Vec<_> = found.cloned().collect();
        for marker in &mut list.markers {
            let author = marker.author.get_or_insert_with(Author::unknown);
            guess(author, marker.created_at, &mut candidates);
            for reply in &mut marker.replies {
                guess(&mut reply.author, reply.created_at, &mut candidates);
            }
        }
    }

    async fn load(&self, project: &ProjectId) -> Result<Activities, Error> {
        let mut activities = Activities::new();
        if let Some(share) = &self.share {
            self.add(share, &mut activities).await?;
            return Ok(activities);
        }
        let list = ListShares::new(&self.account, project).page_size(100);
        let mut shares = self.client.items(list);
        while let Some(share) = shares.next().await {
            self.add(&share?.id, &mut activities).await?;
        }
        Ok(activities)
    }

    async fn add(&self, share: &ShareId, activities: &mut Activities) -> Result<(), Error> {
        let list = ListShareActivities::new(&self.account, share)
            .include(ShareActivityInclude::User)
            .page_size(100);
        let mut items = self.client.items(list);
        while let Some(activity) = items.next().await {
            let activity = activity?;
            if let (ShareActivityType::CommentCreated, Some(asset), Some(user)) =
                (activity.kind, activity.asset_id, activity.user)
            {
                let name = user.name.filter(|name| !name.trim().is_empty()).unwrap_or(user.email);
                let of_asset = activities.entry(asset.as_str().to_owned()).or_default();
                of_asset.push((activity.inserted_at, name));
            }
        }
        Ok(())
    }
}

/// Names an author by the nearest activity, unless that of another visitor is as near. An activity names
/// one comment.
fn guess(
    author: &mut Author,
    created: Option<Timestamp>,
    candidates: &mut Vec<(Timestamp, String)>,
) {
    let (None, Some(created)) = (&author.name, created) else { return };
    let distance = |time: &Timestamp| time.duration_since(created).abs();
    let within = |time: &Timestamp| distance(time) <= jiff::SignedDuration::from_secs(WINDOW);
    let Some((at, nearest)) = candidates
        .iter()
        .enumerate()
        .filter(|(_, (time, _))| within(time))
        .min_by_key(|(_, (time, _))| distance(time))
    else {
        return;
    };
    let rival = candidates
        .iter()
        .any(|(time, name)| *name != nearest.1 && distance(time) == distance(&nearest.0));
    if !rival {
        let (_, name) = candidates.swap_remove(at);
        let visitor = author.visitor_id.take();
        *author = Author::guessed(name);
        author.visitor_id = visitor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap_or_default()
    }

    fn guessed(second: i64, candidates: &mut Vec<(Timestamp, String)>) -> Option<String> {
        let mut author = Author::unknown();
        guess(&mut author, Some(at(second)), candidates);
        assert_eq!(author.guessed, author.name.is_some());
        author.name
    }

    #[test]
    fn takes_the_nearest_activity_once() {
        let mut candidates = vec![(at(0), "Ann".to_owned()), (at(4), "Bo".to_owned())];
        assert_eq!(guessed(3, &mut candidates).as_deref(), Some("Bo"));
        assert_eq!(guessed(3, &mut candidates).as_deref(), Some("Ann"));
        assert_eq!(guessed(3, &mut candidates), None);
    }

    #[test]
    fn names_nobody_if_two_visitors_are_as_near_or_all_are_far() {
        let mut candidates = vec![(at(0), "Ann".to_owned()), (at(4), "Bo".to_owned())];
        assert_eq!(guessed(2, &mut candidates), None);
        assert_eq!(guessed(15, &mut candidates), None);
        assert_eq!(candidates.len(), 2);
    }
}
