use frameio_api::experimental::accounts::ShowAccount;

use crate::case::{Resource, case};

pub(super) fn resource() -> Resource {
    Resource { cases: vec![case::<ShowAccount>()], ..Resource::default() }
}
