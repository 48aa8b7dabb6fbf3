//! Serves a custom action with two forms and a message.
//!
//! ```console
//! $ cargo run -p frameio-webhook --example custom_action
//! ```
//!
//! A user selects files and starts the action. The first form asks for a format, the second for an
//! address, and the message confirms the order. The values of the first form are stored under the
//! id of the interaction, because the second submission contains only its own.
//!
//! The service repeats a request whose response was late. Every step is therefore idempotent: it
//! returns the same response, and orders nothing twice.
//!
//! `FRAMEIO_ACTION_SECRET` is the secret that the service returned with the action. Default: a
//! made-up secret.

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::post;
use frameio_webhook::action::{
    ActionRequest, ActionResponse, Field, Form, Interactions, Submission,
};
use frameio_webhook::{
    Receiver, Resource, SIGNATURE_HEADER, Signed, Signer, TIMESTAMP_HEADER, Verifier,
};

const ADDRESS: &str = "127.0.0.1:3001";

const FORMATS: [(&str, &str); 2] = [("ProRes 422 HQ", "prores"), ("H.264 for review", "h264")];

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Progress of an interaction.
#[derive(Clone)]
enum Step {
    FormatChosen { format: &'static str, burn_in: bool },
    Ordered { message: String },
}

#[derive(Clone)]
struct App {
    receiver: Receiver,
    interactions: Interactions<Step>,
}

/// Lets [`Signed`] find the receiver.
impl FromRef<App> for Receiver {
    fn from_ref(app: &App) -> Self {
        app.receiver.clone()
    }
}

pub(crate) fn router(verifier: Verifier) -> Router {
    let app = App { receiver: verifier.into(), interactions: Interactions::default() };
    Router::new().route("/actions", post(deliver)).with_state(app)
}

async fn deliver(
    State(app): State<App>,
    Signed(request, _): Signed<ActionRequest>,
) -> ActionResponse {
    // The user sees the error instead of nothing.
    respond(&app.interactions, &request)
        .unwrap_or_else(|error| ActionResponse::message("That did not work", error.to_string()))
}

fn respond(
    interactions: &Interactions<Step>,
    request: &ActionRequest,
) -> Result<ActionResponse, Error> {
    let Some(sent) = request.submission() else { return ask_for_format(request) };
    if sent.get("format").is_some() {
        let format = sent.choice("format", FORMATS.map(|(_, value)| value))?;
        let step = Step::FormatChosen { format, burn_in: sent.boolean("burn_in")? };
        interactions.insert(&request.interaction_id, step);
        return ask_for_address();
    }
    match interactions.get(&request.interaction_id) {
        Some(Step::FormatChosen { format, burn_in }) => {
            let message = order(request, format, burn_in, sent)?;
            let step = Step::Ordered { message: message.clone() };
            interactions.insert(&request.interaction_id, step);
            Ok(ActionResponse::message("On its way", message))
        }
        Some(Step::Ordered { message }) => Ok(ActionResponse::message("On its way", message)),
        None => Err("the form has expired: start the action again".into()),
    }
}

fn ask_for_format(request: &ActionRequest) -> Result<ActionResponse, Error> {
    let form = Form::new("Deliver")
        .description(format!("{} selected", request.selection().count()))
        .field(Field::select("format", "Format", FORMATS).value("h264"))
        .field(Field::boolean("burn_in", "Burn the timecode in").value("false"));
    Ok(form.response()?)
}

fn ask_for_address() -> Result<ActionResponse, Error> {
    let form = Form::new("Recipient")
        .field(Field::text("to", "Address"))
        .field(Field::textarea("note", "Note"))
        .field(Field::link("terms", "How deliveries work", "https://example.com/deliveries"));
    Ok(form.response()?)
}

/// Stands for adding an order to a queue. Slow work does not belong here.
fn order(
    request: &ActionRequest,
    format: &str,
    burn_in: bool,
    sent: Submission<'_>,
) -> Result<String, Error> {
    let to = sent.text("to")?;
    if !to.contains('@') {
        return Err(format!("invalid address '{to}': an e-mail address contains '@'").into());
    }
    let note = sent.optional("note")?.map_or("without a note", |_| "with a note");
    let burn_in = if burn_in { " with timecode" } else { "" };
    let count = request.selection().count();
    Ok(format!("{count} as {format}{burn_in} to {to}, {note}"))
}

/// Returns the requests of one interaction, as the service sends them.
pub(crate) fn interaction() -> [ActionRequest; 3] {
    let start = ActionRequest::new("deliver", "action-1", "interaction-1", "account-1")
        .user("user-1")
        .select([Resource::File("file-1".into()), Resource::Folder("folder-1".into())]);
    let format = start.clone().submit([("format", "prores"), ("burn_in", "true")]);
    let address = start.clone().submit([("to", "client@example.com"), ("note", "")]);
    [start, format, address]
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let secret = std::env::var("FRAMEIO_ACTION_SECRET").unwrap_or_else(|_| "made-up".to_owned());
    let signer = Signer::new(secret.as_str())?;
    let router = router(Verifier::new(secret)?);
    let listener = tokio::net::TcpListener::bind(ADDRESS).await?;
    println!(
        "listening on http://{ADDRESS}/actions; stop with Ctrl-C. Run these within 5 minutes:"
    );
    for request in interaction() {
        let body = serde_json::to_string(&request)?;
        let signed = signer.request("/actions", body.clone())?;
        println!("curl http://{ADDRESS}/actions -d '{body}' \\");
        for name in [TIMESTAMP_HEADER, SIGNATURE_HEADER] {
            let end = if name == SIGNATURE_HEADER { "; echo" } else { " \\" };
            println!("    -H '{name}: {}'{end}", signed.headers()[name].to_str()?);
        }
    }
    axum::serve(listener, router).await?;
    Ok(())
}
