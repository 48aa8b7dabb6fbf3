use frameio::{AccountId, Endpoint, FolderId};

#[derive(Endpoint)]
#[endpoint(
    "/v4/accounts/{account_id}/folders/{folder_id}",
    id = "folders.show", response = (), quota = "100/min",
)]
struct ShowFolder {
    #[endpoint(path)]
    account_id: AccountId,
    #[endpoint(path)]
    folder_id: FolderId,
}

fn main() {}
