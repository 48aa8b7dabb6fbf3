//! `frameio members set-role`.

use frameio::permissions::WorkspaceRole;
use serde_json::{Value, json};

use super::person::People;
use super::place::Place;
use crate::args::{AccountArg, GlobalArgs, JsonArgs};
use crate::completion;
use crate::exit::Failure;
use crate::report::Record;
use crate::resolver::Purpose;

pub(super) const HELP: &str = "\
Example:
  frameio members set-role '/Film/The Crossing' viewer@example.com commenter

Roles: full_access, editor, edit_only, commenter, viewer, and, on a workspace, workspace_admin. A role
on a workspace applies to its projects, except restricted ones.

The API cannot invite people: the person must be a user of the account.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Workspace, project or folder: a path or an ID
    #[arg(add = completion::place())]
    place: String,
    /// User of the account: email address, name or ID
    person: String,
    /// Role to grant
    #[arg(add = completion::one_of(|| WorkspaceRole::KNOWN.iter().copied()))]
    role: String,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
}

/// A granted role.
struct Granted<'a> {
    role: &'a str,
    before: Option<String>,
    /// Role that the service reports afterwards.
    after: Option<String>,
    label: &'a str,
    id: &'a str,
    path: &'a str,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let role = role(&args.role, WorkspaceRole::KNOWN)?;
    let place = Place::find(global, &args.account, &args.place, Purpose::Write).await?;
    let role = self::role(&role, place.roles())?;
    let person = People::of(&place).await?.find(&args.person)?;
    let read = async || -> Result<Option<String>, Failure> {
        let members = place.members(true).await?;
        let member = members.into_iter().find(|it| it.user.id.as_ref() == Some(&person.id));
        Ok(member.map(|it| it.role.as_str().to_owned()))
    };
    let before = read().await?;
    place.grant(&person.id, &role).await?;
    let after = read().await?;
    args.json.reporter().record(&Granted {
        role: &role,
        before,
        after,
        label: &person.label,
        id: person.id.as_str(),
        path: &place.path,
    })
}

/// Returns the name of a role, which may be typed with blanks or hyphens.
fn role(typed: &str, known: &[&str]) -> Result<String, Failure> {
    let role = typed.trim().to_lowercase().replace([' ', '-'], "_");
    match known.contains(&role.as_str()) {
        true => Ok(role),
        false => Err(Failure::value("ROLE", typed, format!("expected {}", known.join(", ")))),
    }
}

impl Record for Granted<'_> {
    fn lines(&self) -> Vec<String> {
        let before = self.before.as_deref().unwrap_or("no role");
        let line = format!("{}: {} on {} (was {before})", self.label, self.role, self.path);
        match self.after.as_deref() {
            // A role above the place, such as in its workspace, can be stronger.
            Some(after) if after != self.role => {
                vec![format!("{line}; the service still reports {after}, which another role gives")]
            }
            _ => vec![line],
        }
    }

    fn json(&self) -> Value {
        json!({
            "outcome": "set", "type": "member", "user_id": self.id, "role": self.role, "previous_role": self.before,
            "effective_role": self.after, "path": self.path,
        })
    }
}

#[cfg(test)]
mod tests {
    use frameio::permissions::ProjectRole;

    use super::*;

    #[test]
    fn roles_may_be_typed_as_words() {
        for typed in ["full_access", "full-access", "Full Access", " full_access "] {
            assert_eq!(role(typed, ProjectRole::KNOWN).unwrap(), "full_access");
        }
        let failure = role("workspace_admin", ProjectRole::KNOWN).unwrap_err();
        let expected = "expected full_access, editor, edit_only, commenter, viewer";
        assert!(failure.message.ends_with(expected), "{failure:?}");
    }
}
