//! `frameio profile list`.

use frameio::auth::profile::{Profile, SignIn};
use serde_json::Value;

use crate::args::{FormatArgs, GlobalArgs};
use crate::config;
use crate::exit::Failure;
use crate::report::{Cell, Column, Row};

pub(super) const HELP: &str = "\
Calls no service: accounts, workspaces and projects are shown with the names that they had at the last
`frameio login` or `frameio profile set`, or else with their IDs. The IDs are used, so an item that was
renamed is still found. '--columns' selects the IDs and other settings.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    format: FormatArgs<ProfileRow>,
}

pub(super) fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let profiles = config::load()?;
    let used = global.profile.name(&profiles)?;
    let mut list = args.format.list()?;
    for (name, profile) in profiles.profiles {
        list.push(&ProfileRow { is_used: name == used, name, profile })?;
    }
    list.finish()
}

struct ProfileRow {
    name: String,
    profile: Profile,
    is_used: bool,
}

impl Row for ProfileRow {
    const COLUMNS: &'static [Column] = &[
        Column::new("used"),
        Column::new("name"),
        Column::new("base_url").flexible(),
        Column::new("credential"),
        Column::new("account").flexible(),
        Column::new("workspace").flexible(),
        Column::new("project").flexible(),
        Column::new("account_id").hidden(),
        Column::new("workspace_id").hidden(),
        Column::new("project_id").hidden(),
        Column::new("ims_url").hidden(),
        Column::new("quota_store").hidden(),
        Column::new("if_exists").hidden(),
        Column::new("bwlimit").hidden(),
    ];

    fn cells(&self) -> Vec<Cell> {
        let Profile {
            base_url,
            ims_url,
            sign_in,
            account_id,
            workspace_id,
            project_id,
            account_name,
            workspace_name,
            project_name,
            quota_store,
            if_exists,
            bwlimit,
            ..
        } = &self.profile;
        let base_url = match base_url {
            Some(url) => url.as_str().into(),
            None => Cell::Both("https://api.frame.io".to_owned(), Value::Null),
        };
        let star = if self.is_used { "*" } else { "" };
        vec![
            Cell::Both(star.to_owned(), self.is_used.into()),
            self.name.as_str().into(),
            base_url,
            sign_in.as_ref().map(SignIn::name).into(),
            named(account_id, account_name),
            named(workspace_id, workspace_name),
            named(project_id, project_name),
            account_id.as_deref().into(),
            workspace_id.as_deref().into(),
            project_id.as_deref().into(),
            ims_url.as_deref().into(),
            quota_store.as_deref().into(),
            if_exists.as_deref().into(),
            bwlimit.as_deref().into(),
        ]
    }
}

/// Returns the name, or for people the ID if the name is unknown.
fn named(id: &Option<String>, name: &Option<String>) -> Cell {
    match (id, name) {
        (Some(_), Some(name)) => name.as_str().into(),
        (Some(id), None) => Cell::Both(id.clone(), Value::Null),
        (None, _) => Cell::Empty,
    }
}
