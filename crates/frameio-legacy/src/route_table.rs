//! The table of all routes. `docs/migration.md` has the same table, and a test compares them.

use crate::handlers::{
    accounts, actions, assets, audit, batch, comments, create_asset, fallback, hooks, people,
    presentations, projects, review_links, search, teams,
};
use crate::routing::{Entry, routes};

routes! {
    Composed GET "/v2/me" ["users.show", "accounts.index"] accounts::me, "account_id is the default account";
    Direct GET "/v2/accounts" ["accounts.index", "users.account_permissions_index"] accounts::index, "the owner comes from the list of users; plan and counts are null";
    Composed GET "/v2/accounts/{account_id}" ["accounts.index", "users.account_permissions_index"] accounts::show, "";
    Composed GET "/v2/accounts/{account_id}/membership" ["accounts.index", "users.show"] accounts::membership, "";
    Direct GET "/v2/accounts/{account_id}/teams" ["workspaces.index"] teams::index, "";
    Direct POST "/v2/accounts/{account_id}/teams" ["workspaces.create"] teams::create, "only the name is kept";
    Composed GET "/v2/accounts/{account_id}/audit_logs" ["accounts.auditlog_index"] audit::index, "other names of events; ids are made up; filters by days";
    Lossy GET "/v2/accounts/{account_id}/events" ["accounts.auditlog_index"] audit::events, "the activity feed is gone: entries of the audit log";
    Composed GET "/v2/accounts/{account_id}/hooks" ["workspaces.index", "webhooks.index"] hooks::index, "";
    Composed GET "/v2/accounts/{account_id}/actions" ["workspaces.index", "custom_actions.actions_index"] actions::index, "";

    Composed GET "/v2/teams" ["accounts.index", "workspaces.index"] teams::index_all, "teams of all accounts";
    Composed GET "/v2/teams/{team_id}" ["workspaces.show"] teams::show, "";
    Direct PUT "/v2/teams/{team_id}" ["workspaces.update"] teams::update, "name only";
    Direct GET "/v2/teams/{team_id}/members" ["workspace_permissions.index"] teams::members, "";
    Composed POST "/v2/teams/{team_id}/members" ["users.account_permissions_index", "workspace_permissions.workspace_user_roles_update"] teams::add_member, "users of the account only";
    Composed GET "/v2/teams/{team_id}/membership" ["users.show", "workspace_permissions.index"] teams::membership, "";
    Composed POST "/v2/batch/teams/{team_id}/members" ["users.account_permissions_index", "workspace_permissions.workspace_user_roles_update"] teams::add_members, "users of the account only";
    Composed DELETE "/v2/batch/teams/{team_id}/members" ["users.account_permissions_index", "workspace_permissions.workspace_user_roles_delete"] teams::remove_members, "";
    Direct GET "/v2/teams/{team_id}/actions" ["custom_actions.actions_index"] actions::of_team, "";
    Direct POST "/v2/teams/{team_id}/actions" ["custom_actions.actions_create"] actions::create, "requests to the action have the shape of V4";
    Composed POST "/v2/teams/{team_id}/hooks" ["webhooks.create"] hooks::create, "asset.* becomes file.* and folder.*; deliveries need a relay, which `--register-hooks` registers";

    Direct GET "/v2/teams/{team_id}/projects" ["projects.index"] projects::index, "inactive projects only with filter[archived]";
    Direct POST "/v2/teams/{team_id}/projects" ["projects.create", "folders.show"] projects::create, "preferences are ignored";
    Composed GET "/v2/projects/shared" ["accounts.index", "projects.invited_projects_index"] projects::shared, "";
    Direct GET "/v2/projects/{project_id}" ["projects.show", "folders.show"] projects::show, "";
    Direct PUT "/v2/projects/{project_id}" ["projects.update"] projects::update, "name, private and archived; other fields are refused";
    Direct DELETE "/v2/projects/{project_id}" ["projects.delete"] projects::delete, "";
    Composed GET "/v2/projects/{project_id}/trash" ["projects.recently_deleted"] projects::trash, "";
    Composed GET "/v2/projects/{project_id}/membership" ["users.show", "project_permissions.index"] people::membership, "";
    Lossy GET "/v2/projects/{project_id}/collaborators" ["project_permissions.index", "workspace_permissions.index"] people::collaborators, "users of the project who are not users of its team";
    Composed POST "/v2/projects/{project_id}/collaborators" ["users.account_permissions_index", "project_permissions.project_user_roles_update"] people::add, "users of the account only";
    Composed DELETE "/v2/projects/{project_id}/collaborators/_" ["users.account_permissions_index", "project_permissions.delete"] people::remove_by_email, "";
    Composed DELETE "/v2/collaborators/{collaborator_id}" ["project_permissions.delete"] people::remove, "ids carry project and user";
    Composed POST "/v2/batch/projects/{project_id}/collaborators" ["users.account_permissions_index", "project_permissions.project_user_roles_update"] people::add_many, "users of the account only";
    Composed DELETE "/v2/batch/projects/{project_id}/collaborators" ["users.account_permissions_index", "project_permissions.delete"] people::remove_many, "";
    Gone GET "/v2/projects/{project_id}/pending_collaborators" [] people::pending, "always empty: V4 has no pending state";

    Composed GET "/v2/assets/{asset_id}" ["files.show", "folders.show", "version_stacks.show"] assets::show, "404 for the id of a project, as before; checksums are null, V4 has none";
    Lossy PUT "/v2/assets/{asset_id}" ["files.update", "folders.update", "metadata.bulk_update"] assets::update, "name and label; other fields are refused";
    Composed DELETE "/v2/assets/{asset_id}" ["files.delete", "folders.delete"] assets::delete, "version stacks cannot be deleted";
    Composed GET "/v2/assets/{asset_id}/children" ["folders.index", "version_stacks.index"] assets::children, "";
    Composed POST "/v2/assets/{asset_id}/children" ["files.create_local_upload", "files.create_remote_upload", "folders.create"] create_asset::create, "parts of uploads are relayed";
    Lossy PUT "/v2/assets/{asset_id}/children" ["files.update"] assets::update, "a defect of an old client: taken as an update of the asset";
    Composed POST "/v2/assets/{asset_id}/version" ["version_stacks.create", "files.move"] assets::version, "";
    Composed DELETE "/v2/assets/{asset_id}/unversion" ["files.move"] assets::unversion, "";
    Composed POST "/v2/assets/{asset_id}/copy" ["files.copy", "folders.copy", "version_stacks.copy"] assets::copy, "";
    Composed POST "/v2/assets/{asset_id}/move" ["files.move", "folders.move", "version_stacks.move"] assets::move_asset, "";
    Lossy POST "/v2/assets/{asset_id}/label" ["metadata.bulk_update"] assets::label, "the label is the metadata field Status";
    Composed PUT "/v2/assets/{asset_id}/restore" ["files.restore", "folders.restore", "version_stacks.restore"] assets::restore, "experimental in V4";
    Composed POST "/v2/batch/assets/{destination_id}/copy" ["files.bulk_copy", "folders.bulk_copy"] batch::copy, "";
    Composed DELETE "/v2/batch/assets" ["files.delete", "folders.delete"] batch::delete, "one by one";
    Gone POST "/v2/assets/{asset_id}/zip" ["files.show"] fallback::gone, "download the files";
    Gone GET "/v2/assets/{asset_id}/audio" [] fallback::gone, "V4 has no audio tracks";
    Gone GET "/v2/assets/{asset_id}/subtitles" [] fallback::gone, "V4 has no subtitles";
    Gone POST "/v2/assets/{asset_id}/realtime_upload/parts" ["files.create_local_upload"] fallback::gone, "only Camera to Cloud keeps it";

    Composed GET "/v2/assets/{asset_id}/comments" ["comments.index"] comments::index, "flat: replies follow their comment";
    Direct POST "/v2/assets/{asset_id}/comments" ["comments.create"] comments::create, "private comments are refused";
    Direct GET "/v2/comments/{comment_id}" ["comments.show"] comments::show, "";
    Direct PUT "/v2/comments/{comment_id}" ["comments.update"] comments::update, "10 a minute";
    Direct POST "/v2/comments/{comment_id}" ["comments.update"] comments::update, "10 a minute";
    Direct DELETE "/v2/comments/{comment_id}" ["comments.delete"] comments::delete, "";
    Direct POST "/v2/comments/{comment_id}/complete" ["comments.update"] comments::complete, "10 a minute";
    Direct DELETE "/v2/comments/{comment_id}/complete" ["comments.update"] comments::uncomplete, "10 a minute";
    Composed GET "/v2/comments/{comment_id}/replies" ["comments.show"] comments::replies, "";
    Lossy POST "/v2/comments/{comment_id}/replies" ["comments.create"] comments::reply, "refused, or by choice a comment that quotes";
    Gone POST "/v2/comments/{comment_id}/like" [] fallback::gone, "V4 has no likes";
    Gone DELETE "/v2/comments/{comment_id}/like" [] fallback::gone, "V4 has no likes";
    Gone GET "/v2/comments/{comment_id}/impressions" [] fallback::gone, "V4 does not count who saw a comment";

    Composed GET "/v2/projects/{project_id}/review_links" ["shares.index", "shares.list_assets"] review_links::index, "every share of the project";
    Direct POST "/v2/projects/{project_id}/review_links" ["shares.create"] review_links::create, "approvals and notifications are ignored";
    Composed GET "/v2/review_links/{review_link_id}" ["shares.show", "shares.list_assets"] review_links::show, "the project is remembered or searched for";
    Direct PUT "/v2/review_links/{review_link_id}" ["shares.update"] review_links::update, "";
    Direct DELETE "/v2/review_links/{review_link_id}" ["shares.delete"] review_links::delete, "";
    Composed GET "/v2/review_links/{review_link_id}/items" ["shares.list_assets"] review_links::items, "";
    Composed GET "/v2/review_links/{review_link_id}/items/shared" ["shares.list_assets"] review_links::items, "";
    Composed DELETE "/v2/review_links/{review_link_id}/items/shared" ["shares.remove_asset"] review_links::remove_items, "one by one, 10 a minute";
    Composed POST "/v2/review_links/{review_link_id}/assets" ["shares.add_asset"] review_links::add_assets, "one by one, 10 a minute";
    Composed PUT "/v2/review_links/{review_link_id}/assets" ["shares.add_asset", "shares.remove_asset"] review_links::replace_assets, "one by one, 10 a minute";
    Direct POST "/v2/review_links/{review_link_id}/reviewers" ["shares.add_reviewers"] review_links::add_reviewers, "";
    Direct DELETE "/v2/review_links/{review_link_id}/reviewers" ["shares.remove_reviewers"] review_links::remove_reviewers, "";
    Composed POST "/v2/assets/{asset_id}/presentations" ["shares.create"] presentations::create, "one for each asset, as before";
    Lossy GET "/v2/assets/{asset_id}/presentations" ["shares.index", "shares.list_assets"] presentations::of_asset, "shares of the project that hold the asset";
    Direct GET "/v2/projects/{project_id}/presentations" ["shares.index"] presentations::index, "every share of the project";
    Composed GET "/v2/presentations" ["projects.account_projects_index", "shares.index"] presentations::index_all, "every share";
    Direct GET "/v2/presentations/{presentation_id}" ["shares.show"] presentations::show, "";
    Direct PUT "/v2/presentations/{presentation_id}" ["shares.update"] presentations::update, "";
    Direct DELETE "/v2/presentations/{presentation_id}" ["shares.delete"] presentations::delete, "";

    Lossy GET "/v2/search/assets" ["search.search", "files.show"] search::search, "sorted and filtered after the search; other matches";
    Lossy POST "/v2/search/assets" ["search.search", "files.show"] search::search, "sorted and filtered after the search; other matches";
    Lossy GET "/v2/search/library" ["search.search", "files.show"] search::search, "sorted and filtered after the search; other matches";
    Lossy POST "/v2/search/library" ["search.search", "files.show"] search::search, "sorted and filtered after the search; other matches";

    Direct GET "/v2/hooks/{hook_id}" ["webhooks.show"] hooks::show, "without the secret";
    Direct PUT "/v2/hooks/{hook_id}" ["webhooks.update"] hooks::update, "";
    Direct DELETE "/v2/hooks/{hook_id}" ["webhooks.delete"] hooks::delete, "";
    Direct GET "/v2/actions/{action_id}" ["custom_actions.actions_show"] actions::show, "";
    Direct PUT "/v2/actions/{action_id}" ["custom_actions.actions_update"] actions::update, "";
    Direct DELETE "/v2/actions/{action_id}" ["custom_actions.actions_delete"] actions::delete, "";

    Gone DELETE "/v2/pending_collaborators/{pending_collaborator_id}" [] fallback::gone, "V4 has no pending collaborators";
    Gone GET "/v2/notifications" [] fallback::gone, "V4 has no notifications";
    Gone GET "/v2/users/{user_id}/events" ["accounts.auditlog_index"] fallback::gone, "filter the audit log by user_id";

    NeverExisted GET "/v2/projects/{project_id}/assets" ["folders.index"] fallback::never_existed, "use GET /v2/assets/{root_asset_id}/children";
    NeverExisted GET "/v2/projects/{project_id}/items" ["folders.index"] fallback::never_existed, "use GET /v2/assets/{root_asset_id}/children";
    NeverExisted GET "/v2/projects/{project_id}/folders" ["folders.list"] fallback::never_existed, "use GET /v2/assets/{root_asset_id}/children";
    NeverExisted GET "/v2/projects/{project_id}/files" ["files.list"] fallback::never_existed, "use GET /v2/assets/{root_asset_id}/children";
    NeverExisted GET "/v2/projects/{project_id}/reviewers" ["shares.list_reviewers"] fallback::never_existed, "use the reviewers of a review link";
    NeverExisted GET "/v2/comments" ["comments.index"] fallback::never_existed, "use GET /v2/assets/{asset_id}/comments";
    NeverExisted POST "/v2/comments" ["comments.create"] fallback::never_existed, "use POST /v2/assets/{asset_id}/comments";
    NeverExisted GET "/v2/accounts/{account_id}/projects" ["projects.account_projects_index"] fallback::never_existed, "use GET /v2/teams/{team_id}/projects";
    NeverExisted POST "/v2/accounts/{account_id}/uploads" ["files.create_local_upload"] fallback::never_existed, "use POST /v2/assets/{asset_id}/children";
    NeverExisted POST "/v2/uploads" ["files.create_local_upload"] fallback::never_existed, "use POST /v2/assets/{asset_id}/children";

    NotConcerned POST "/v2/assets" [] fallback::not_concerned, "Camera to Cloud stays on api.frame.io; use POST /v2/assets/{asset_id}/children";
    NotConcerned GET "/v2/devices/{*rest}" [] fallback::not_concerned, "Camera to Cloud stays on api.frame.io";
    NotConcerned POST "/v2/devices/{*rest}" [] fallback::not_concerned, "Camera to Cloud stays on api.frame.io";
    NotConcerned POST "/v2/device/code" [] fallback::not_concerned, "Camera to Cloud stays on api.frame.io";
    NotConcerned GET "/v2/auth/token" [] fallback::not_concerned, "sign in with Adobe";
    NotConcerned POST "/v2/auth/token" [] fallback::not_concerned, "sign in with Adobe";
    NotConcerned POST "/v2/auth/revoke" [] fallback::not_concerned, "sign in with Adobe";
}
