//! `frameio members list`.

use frameio::permissions::UserRole;

use super::place::Place;
use crate::args::{AccountArg, FormatArgs, GlobalArgs};
use crate::completion;
use crate::exit::Failure;
use crate::report::{Cell, Column, Row};
use crate::resolver::Purpose;

pub(super) const HELP: &str = "\
Example:
  frameio members list /Film

Lists roles that were granted on the place or above it, and those of the account. Roles of groups are
listed by the experimental `frameio call project_permissions.project_group_roles_index`.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Workspace, project or folder: a path or an ID
    #[arg(add = completion::place())]
    place: String,
    /// Include deactivated users
    #[arg(long)]
    deactivated: bool,
    #[command(flatten)]
    format: FormatArgs<MemberRow>,
    #[command(flatten)]
    account: AccountArg,
}

struct MemberRow(UserRole);

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let mut list = args.format.list()?;
    let place = Place::find(global, &args.account, &args.place, Purpose::Read).await?;
    let members = place.members(args.deactivated).await?;
    members.into_iter().try_for_each(|member| list.push(&MemberRow(member)))?;
    list.finish()
}

impl Row for MemberRow {
    const COLUMNS: &'static [Column] = &[
        Column::new("name").flexible(),
        Column::new("role"),
        Column::new("email").flexible(),
        Column::new("active"),
        Column::new("id"),
    ];

    fn cells(&self) -> Vec<Cell> {
        let Self(UserRole { user, role, .. }) = self;
        vec![
            user.name.as_deref().into(),
            role.as_str().into(),
            user.email.as_str().into(),
            user.active.into(),
            user.id.as_ref().map(|id| id.as_str()).into(),
        ]
    }
}
