//! The default account of a simulator.

use jiff::Timestamp;

use crate::operations::collections::{self, Collection};
use crate::operations::metadata_fields::built_in;
use crate::operations::{accounts, groups, projects, workspaces};
use crate::state::{Actor, Demo, Role, State, Token, User, add_user, insert_user, new_id};

/// Users of the account except its owner, with their roles in the workspace.
const DEMO_USERS: [(&str, &str, Role); 3] = [
    ("Demo Editor", "editor@example.com", Role::Editor),
    ("Demo Commenter", "commenter@example.com", Role::Commenter),
    ("Demo Viewer", "viewer@example.com", Role::Viewer),
];

/// Creates the account; returns the ids of its records, and the tokens of all users but the owner.
pub(super) fn create(now: Timestamp) -> (State, Demo, Vec<Token>) {
    let mut state = State::default();
    let user = insert_user(&mut state.users, "Demo User", "demo@example.com", now);
    let account = accounts::add(&mut state, &user, "Demo Account", now);
    let actor = Actor { account: &account, user: &user, now };
    let workspace = workspaces::add(&mut state.workspaces, actor, "Demo Workspace");
    let project = projects::add(&mut state, actor, &workspace, "Demo Project");
    built_in::add(&mut state, actor, |_| new_id());
    let selects = Collection::new("Selects").description("What goes into the cut");
    for collection in [selects, Collection::new("To Review").dynamic(true)] {
        collections::add(&mut state, actor, &project, collection);
    }
    let mut tokens = Vec::new();
    let [editor, commenter, viewer] = DEMO_USERS.map(|(name, email, role)| {
        let (id, token) = add_user(&mut state, &account, User::member(name, email), now);
        state.access.give(&workspace, &id, role);
        tokens.push(token);
        id
    });
    let members = vec![editor.clone(), viewer.clone()];
    groups::add_to_adobe(&mut state, &account, "Demo Adobe Group", members);
    let demo = Demo {
        editor_id: editor.into(),
        commenter_id: commenter.into(),
        viewer_id: viewer.into(),
        user_id: user.into(),
        root_folder_id: state.projects[&project].text("root_folder_id").into(),
        account_id: account.into(),
        workspace_id: workspace.into(),
        project_id: project.into(),
    };
    (state, demo, tokens)
}
