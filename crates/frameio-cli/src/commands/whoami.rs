//! `frameio whoami`: shows the signed-in user and their accounts.

use std::time::Duration;

use frameio::accounts::Account;
use frameio::auth::profile::Profile;
use frameio::users::{CurrentUser, ShowCurrentUser};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::args::{GlobalArgs, JsonArgs, accounts};
use crate::exit::Failure;
use crate::report::{Record, duration};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    json: JsonArgs,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let (profile_name, profile, credentials) = global.credentials()?;
    let client = global.client_for(&profile, &credentials)?;
    let user = client.send(ShowCurrentUser::new()).await.map_err(|it| credentials.failure(it))?;
    let accounts = accounts(&client).await?;
    args.json.print(&Identity {
        user,
        accounts,
        credential: credentials.kind(&profile),
        source: credentials.source().name(),
        expires_at: credentials.expires_at().await?,
        profile_name,
        profile,
    })
}

struct Identity {
    user: CurrentUser,
    accounts: Vec<Account>,
    credential: &'static str,
    source: &'static str,
    expires_at: Option<Timestamp>,
    profile_name: String,
    profile: Profile,
}

impl Record for Identity {
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{} <{}>", self.user.name, self.user.email)];
        for account in &self.accounts {
            let is_used = self.profile.account_id.as_deref() == Some(account.id.as_str());
            let star = if is_used { '*' } else { ' ' };
            lines.push(format!("{star} account {}  {}", account.id, account.display_name));
        }
        if self.accounts.is_empty() {
            lines.push("  no account; `frameio doctor` explains why".to_owned());
        }
        let mut source = format!("  {} from {}", self.credential, self.source);
        if let Some(at) = self.expires_at {
            let seconds = at.as_second() - Timestamp::now().as_second();
            source += &match u64::try_from(seconds) {
                Ok(seconds) => format!(", expires in {}", duration(Duration::from_secs(seconds))),
                Err(_) => ", expired".to_owned(),
            };
        }
        lines.push(source);
        lines
    }

    fn json(&self) -> Value {
        let accounts = self.accounts.iter().map(|it| json!({"id": it.id, "name": it.display_name}));
        json!({
            "user": {"id": self.user.id, "name": self.user.name, "email": self.user.email},
            "accounts": accounts.collect::<Vec<_>>(),
            "credential": self.credential,
            "from": self.source,
            "expires_at": self.expires_at,
            "profile": self.profile_name,
            "account_id": self.profile.account_id,
            "workspace_id": self.profile.workspace_id,
            "project_id": self.profile.project_id,
        })
    }
}
