use frameio_api::webhooks::{
    CreateWebhook, DeleteWebhook, ListWebhooks, ShowWebhook, UpdateWebhook,
};

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListWebhooks>(),
            case::<CreateWebhook>(),
            case::<ShowWebhook>(),
            case::<UpdateWebhook>(),
            case::<DeleteWebhook>(),
        ],
        tolerated: vec![("WebhookCreateResponseData", "secret", "only in this response")],
        ..Resource::default()
    }
}
