//! `frameio whoami`: the user, the accounts, and for how long.

use frameio::accounts::ListAccounts;
use frameio::auth::Claims;
use frameio::users::ShowCurrentUser;
use jiff::Timestamp;
use serde_json::json;

use super::Who;
use super::who::is_legacy;
use crate::connect::Connection;
use crate::exit::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Whoami {
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(connection: &Connection, whoami: &Whoami) -> Result<(), Failure> {
    let (name, profile, who) = connection.who()?;
    let client = connection.build(&profile, &who)?;
    let me = match client.send(ShowCurrentUser::new()).await {
        Ok(me) => me,
        Err(error) => return Err(told(&who, error)),
    };
    let mut accounts = Vec::new();
    let mut items = client.items(ListAccounts::new().page_size(100));
    while let Some(account) = items.next().await {
        accounts.push(account?);
    }
    let expires_at = expires_at(&who).await?;
    let credential = match (&who, &profile.sign_in) {
        (Who::Token { token, .. }, _) if is_legacy(token) => "legacy developer token",
        (Who::Token { .. }, _) => "token",
        (Who::Session { from: "the profile", .. }, Some(sign_in)) => sign_in.name(),
        (Who::Session { .. }, _) => "server-to-server",
    };
    let (Who::Token { from, .. } | Who::Session { from, .. }) = &who;
    if whoami.json {
        let accounts = accounts.iter().map(|it| json!({"id": it.id, "name": it.display_name}));
        return output::line(
            &json!({
                "user": {"id": me.id, "name": me.name, "email": me.email},
                "accounts": accounts.collect::<Vec<_>>(),
                "credential": credential, "from": from, "expires_at": expires_at, "profile": name,
                "account_id": profile.account_id, "workspace_id": profile.workspace_id,
                "project_id": profile.project_id,
            })
            .to_string(),
        );
    }
    output::line(&format!("{} <{}>", me.name, me.email))?;
    for account in &accounts {
        let used = profile.account_id.as_deref() == Some(account.id.as_str());
        let star = if used { '*' } else { ' ' };
        output::line(&format!("{star} account {}  {}", account.id, account.display_name))?;
    }
    let life = expires_at.map_or_else(String::new, |at| {
        format!(", good for another {} min", (at.as_second() - Timestamp::now().as_second()) / 60)
    });
    output::line(&format!("  {credential} from {from}{life}"))
}

/// When the present token expires, where that is known.
async fn expires_at(who: &Who) -> Result<Option<Timestamp>, Failure> {
    match who {
        Who::Token { token, .. } => {
            Ok(Claims::unverified(token.expose()).and_then(|claims| claims.expires_at()))
        }
        Who::Session { session, .. } => Ok(session.export().await?.map(|it| it.expires_at)),
    }
}

/// A failure with why the service took no token, where that can be told.
pub(super) fn told(who: &Who, error: frameio::Error) -> Failure {
    let why = who.explain(&error);
    let mut failure = Failure::from(error);
    if let Some(why) = why {
        failure.message = format!("{}: {why}", failure.message);
    }
    failure
}
