//! A comment that is given by its id.

use frameio::comments::{Comment, CommentInclude, ShowComment};
use frameio::{AccountId, Client};

use crate::args::{AccountArg, GlobalArgs};
use crate::commands::changes::{Refusals, Results};
use crate::commands::excerpt::excerpt;
use crate::exit::{Failure, Status};

const NO_COMMENT: &str =
    "no comment has this ID; the API can neither show nor change a single reply";

/// A comment, and the account that owns its file.
pub(super) struct AccountComment {
    pub(super) account: AccountId,
    pub(super) comment: Comment,
}

impl AccountComment {
    /// Finds comments in the chosen account, or in those of the user. All are found before any is changed.
    pub(super) async fn find(
        global: &GlobalArgs,
        client: &Client,
        account: &AccountArg,
        ids: &[String],
        results: &mut Results,
    ) -> Result<Vec<Self>, Failure> {
        let profile = global.profile.load()?;
        let accounts = account.list(client, &profile).await?;
        let accounts: Vec<_> = accounts.into_iter().map(|account| account.id).collect();
        let mut found: Vec<Self> = Vec::new();
        let mut refused = Refusals::new(ids.len());
        for id in ids {
            if found.iter().any(|it| it.comment.id.as_str() == id) {
                continue;
            }
            match Self::find_one(client, &accounts, id).await {
                Ok(comment) => found.push(comment),
                Err(failure) => refused.add(id, failure)?,
            }
        }
        results.check(refused)?;
        Ok(found)
    }

    async fn find_one(client: &Client, accounts: &[AccountId], id: &str) -> Result<Self, Failure> {
        for account in accounts {
            let show = ShowComment::new(account, id)
                .include([CommentInclude::Owner, CommentInclude::Replies]);
            match client.send(show).await {
                Ok(comment) => return Ok(Self { account: account.clone(), comment }),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Failure::new(Status::NotFound, NO_COMMENT))
    }

    /// Returns the author and the beginning of the text.
    pub(super) fn summary(&self) -> String {
        let owner = self.comment.owner.as_ref();
        let author = owner.map_or("Reviewer", |user| user.name.as_deref().unwrap_or(&user.email));
        format!("{author}: {}", excerpt(&self.comment.text))
    }
}
