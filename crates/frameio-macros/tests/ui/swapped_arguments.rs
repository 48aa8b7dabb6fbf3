use frameio::custom_actions::{ActionDescription, ActionEvent, CreateCustomAction};
use frameio::webhooks::{CallbackUrl, CreateWebhook};

fn main() {
    let url = || CallbackUrl::new("https://example.com/hook");
    let (description, event) = (ActionDescription::new("Posts the file"), ActionEvent::new("post"));
    let _ = CreateCustomAction::new("a", "w", event, description, "Post", url());
    let _ = CreateWebhook::new("a", "w", [], url(), "Hook");
}
