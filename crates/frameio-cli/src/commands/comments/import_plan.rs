//! Comments that an import or a copy creates: shown, and sent if the user wants it.

use std::time::Duration;

use frameio::Endpoint;
use frameio::comments::CreateComment;
use frameio::markers::{ImportAction, Media, PlannedComment};
use serde_json::{Value, json};

use super::pace::Pace;
use super::row::position;
use super::target::TargetFile;
use crate::args::JsonArgs;
use crate::exit::{Failure, Status};
use crate::report::{CommentProgress, Record};

#[derive(Debug, clap::Args)]
pub(super) struct SendArgs {
    /// Create the comments; without it, they are only shown. The service may notify people, and shows
    /// the signed-in user as the author
    #[arg(long)]
    send: bool,
    /// Frames to add to each position
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    pub(super) frame_offset: i64,
    #[command(flatten)]
    pub(super) json: JsonArgs,
}

/// A planned comment, and the id of the created one.
struct Row<'a> {
    planned: &'a PlannedComment,
    media: Option<&'a Media>,
    id: Option<String>,
}

impl Row<'_> {
    fn outcome(&self) -> &'static str {
        match (&self.planned.action, &self.id) {
            (ImportAction::Create, Some(_)) => "added",
            (ImportAction::Create, None) => "would_add",
            (ImportAction::Exists, _) => "exists",
            _ => "refused",
        }
    }

    fn position(&self) -> String {
        let marker = &self.planned.marker;
        let timecode = self.media.and_then(|media| Some(media.timecode(marker.frame?)));
        position(timecode, marker)
    }
}

impl Record for Row<'_> {
    fn lines(&self) -> Vec<String> {
        let outcome = self.outcome().replace('_', " ");
        let mut line = format!("{:<9}  {:<11}  {}", outcome, self.position(), self.planned.text);
        if let ImportAction::Refuse(reason) = &self.planned.action {
            line += &format!(" ({reason})");
        }
        vec![line]
    }

    fn json(&self) -> Value {
        let reason = match &self.planned.action {
            ImportAction::Refuse(reason) => Some(reason),
            _ => None,
        };
        json!({
            "outcome": self.outcome(),
            "id": self.id,
            "frame": self.planned.marker.frame,
            "text": self.planned.text,
            "reason": reason,
        })
    }
}

impl SendArgs {
    /// Prints the plan; with `--send`, creates each comment first.
    pub(super) async fn run(
        &self,
        target: &TargetFile,
        plan: &[PlannedComment],
        media: Option<&Media>,
    ) -> Result<(), Failure> {
        let progress = CommentProgress::new(self.json.reporter());
        let reporter = progress.reporter();
        let mut pace = Pace::new(CreateComment::OPERATION.quota);
        let count = |action: fn(&ImportAction) -> bool| {
            plan.iter().filter(|planned| action(&planned.action)).count()
        };
        let new = count(|action| *action == ImportAction::Create);
        let refused = count(|action| matches!(action, ImportAction::Refuse(_)));
        if self.send {
            check(target, plan)?;
        }
        let mut created = 0;
        for planned in plan {
            let mut id = None;
            if self.send && planned.action == ImportAction::Create {
                let request = planned.request(&target.account, &target.id);
                let comment = target.client.send(request).await.map_err(|error| {
                    let done = format!("added {created} of {new} comments");
                    reporter.note(&format!("{done}; the same command again adds the others"));
                    Failure::from(error)
                })?;
                created += 1;
                pace.add(1, Duration::ZERO);
                progress.imported(created, new, pace.remaining(new - created));
                id = Some(comment.id.as_str().to_owned());
            }
            reporter.record(&Row { planned, media, id })?;
        }
        progress.finish();
        if !reporter.is_json() {
            let existing = plan.len() - new - refused;
            let rest = format!("{existing} exist, {refused} refused");
            reporter.status(&match self.send {
                true => format!("added {created} comments to {}; {rest}", target.path),
                false => format!(
                    "would add {new} comments to {}; {rest}; add them with --send",
                    target.path
                ),
            });
        }
        match refused {
            0 => Ok(()),
            _ => Err(Failure::new(Status::Other, format!("{refused} markers cannot be comments"))),
        }
    }
}

/// Checks all requests before the first one is sent.
fn check(target: &TargetFile, plan: &[PlannedComment]) -> Result<(), Failure> {
    let new = plan.iter().filter(|planned| planned.action == ImportAction::Create);
    for planned in new {
        let request = planned.request(&target.account, &target.id);
        frameio::encode(&request).map_err(|error| {
            let about = planned.marker.id.as_deref().unwrap_or("comments.create");
            Failure::usage(format!("{about}: {error}"))
        })?;
    }
    Ok(())
}
