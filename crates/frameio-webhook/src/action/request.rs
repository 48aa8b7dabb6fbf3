//! Requests of custom actions.

use frameio_core::{AccountId, ActionId, Extra, ProjectId, UserId, WorkspaceId, model};

use super::submission::Submission;
use crate::event::{ProjectRef, Resource, ResourceRef, UserRef, WorkspaceRef, places};

frameio_core::id! {
    /// Identifies an interaction: all requests of one run of an action by a user.
    pub struct InteractionId;
}

model! {
    /// Request of a custom action: a user has started the action or submitted a form.
    ///
    /// ```
    /// use frameio_webhook::{Resource, action::ActionRequest};
    ///
    /// let request: ActionRequest = serde_json::from_str(r#"{
    ///     "type": "transcode",
    ///     "action_id": "x1",
    ///     "interaction_id": "i1",
    ///     "account_id": "a1",
    ///     "project": {"id": "p1"},
    ///     "workspace": {"id": "w1"},
    ///     "user": {"id": "u1"},
    ///     "resources": [{"id": "f1", "type": "file"}, {"id": "d1", "type": "folder"}]
    /// }"#)?;
    /// let selection: Vec<_> = request.selection().collect();
    /// assert_eq!(selection, [Resource::File("f1".into()), Resource::Folder("d1".into())]);
    /// assert!(request.submission().is_none());
    /// # Ok::<_, serde_json::Error>(())
    /// ```
    pub struct ActionRequest {
        /// Event name that was set when the action was created.
        pub kind = "type": String,
        /// Action that was started.
        pub action_id: ActionId,
        /// Interaction that this request belongs to.
        pub interaction_id: InteractionId,
        /// Account that owns the action.
        pub account_id: AccountId,
        /// Workspace of the selection.
        pub workspace: Option<WorkspaceRef>,
        /// Project of the selection.
        pub project: Option<ProjectRef>,
        /// User who started the action.
        pub user: Option<UserRef>,
        /// Single selected resource; see [`selection`](ActionRequest::selection).
        pub resource: Option<ResourceRef>,
        /// Several selected resources; see [`selection`](ActionRequest::selection).
        pub resources: Option<Vec<ResourceRef>>,
        /// Values of a submitted form; see [`submission`](ActionRequest::submission).
        pub data: Option<Extra>,
    }
}

impl ActionRequest {
    /// Creates the first request of an interaction, for tests of an action.
    ///
    /// ```
    /// use frameio_webhook::{Resource, action::ActionRequest};
    ///
    /// let first = ActionRequest::new("transcode", "action", "interaction", "account")
    ///     .select([Resource::File("f1".into())]);
    /// let second = first.clone().submit([("format", "h264")]);
    /// assert_eq!(second.submission().unwrap().text("format"), Ok("h264"));
    /// ```
    pub fn new(
        kind: impl Into<String>,
        action_id: impl Into<ActionId>,
        interaction_id: impl Into<InteractionId>,
        account_id: impl Into<AccountId>,
    ) -> Self {
        Self {
            kind: kind.into(),
            action_id: action_id.into(),
            interaction_id: interaction_id.into(),
            account_id: account_id.into(),
            workspace: None,
            project: None,
            user: None,
            resource: None,
            resources: None,
            data: None,
            extra: Extra::new(),
        }
    }

    /// Sets the selection, in [`resource`](Self::resource) or [`resources`](Self::resources) as the
    /// service does.
    pub fn select(mut self, selection: impl IntoIterator<Item = Resource>) -> Self {
        let mut selection: Vec<_> = selection.into_iter().map(ResourceRef::from).collect();
        (self.resource, self.resources) = match selection.len() {
            1 => (selection.pop(), None),
            _ => (None, Some(selection)),
        };
        self
    }

    /// Sets the values of a submitted form.
    pub fn submit<N, V>(mut self, data: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<serde_json::Value>,
    {
        let data = data.into_iter().map(|(name, value)| (name.into(), value.into()));
        self.data = Some(data.collect());
        self
    }

    /// Returns the selected resources: files, folders and version stacks, at most 100.
    ///
    /// A version stack may be represented by its newest file.
    pub fn selection(&self) -> impl Iterator<Item = Resource> {
        self.resource.iter().chain(self.resources.iter().flatten()).map(Resource::from)
    }

    /// Returns the values of a submitted form; `None` in the first request of an interaction.
    pub fn submission(&self) -> Option<Submission<'_>> {
        self.data.as_ref().map(Submission::new)
    }
}

places!(ActionRequest);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_covers_one_and_several_resources() {
        let request = ActionRequest::new("t", "x", "i", "a");
        assert_eq!(request.selection().count(), 0);
        for count in [1, 2, 100] {
            let selection = (0..count).map(|n| Resource::File(format!("{n}").into()));
            let request = request.clone().select(selection.clone());
            assert_eq!(request.resource.is_some(), count == 1);
            assert!(request.selection().eq(selection));
            let json = serde_json::to_string(&request).unwrap();
            assert_eq!(serde_json::from_str::<ActionRequest>(&json).unwrap(), request);
        }
    }

    #[test]
    fn keeps_unknown_fields() {
        let json = r#"{"type":"t","action_id":"x","interaction_id":"i","account_id":"a","resource":{"id":"m","type":"moodboard"},"data":{"n":null},"new":[1]}"#;
        let request: ActionRequest = serde_json::from_str(json).unwrap();
        assert_eq!(request.selection().next(), Some(Resource::new("moodboard", "m")));
        assert_eq!(serde_json::to_string(&request).unwrap(), json);
    }
}
