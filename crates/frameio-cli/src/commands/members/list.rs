//! `frameio members list`.

use frameio::permissions::UserRole;
use serde_json::{Value, json};

use super::place::Place;
use crate::args::{AccountArg, GlobalArgs};
use crate::commands::places::Purpose;
use crate::exit::Failure;
use crate::report::{Record, Reporter};

pub(super) const HELP: &str = "\
Example:
  frameio members list /Film

Lists roles that were granted on the place or above it, and those of the account. Roles of groups are
listed by the experimental `frameio call project_permissions.project_group_roles_index`.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Workspace, project or folder: a path or an ID
    place: String,
    /// Include deactivated users
    #[arg(long)]
    deactivated: bool,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountArg,
}

struct Row(UserRole);

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let place = Place::find(global, &args.account, &args.place, Purpose::Read).await?;
    let reporter = Reporter::new(args.json);
    let members = place.members(args.deactivated).await?;
    members.into_iter().try_for_each(|member| reporter.record(&Row(member)))
}

impl Record for Row {
    fn lines(&self) -> Vec<String> {
        let Self(UserRole { user, role, .. }) = self;
        let name = user.name.as_deref().unwrap_or_default();
        let deactivated = if user.active == Some(false) { " (deactivated)" } else { "" };
        vec![format!("{:15}  {name} <{}>{deactivated}", role.as_str(), user.email)]
    }

    fn json(&self) -> Value {
        let Self(UserRole { user, role, .. }) = self;
        json!({
            "role": role, "email": user.email, "name": user.name, "id": user.id,
            "active": user.active,
        })
    }
}
