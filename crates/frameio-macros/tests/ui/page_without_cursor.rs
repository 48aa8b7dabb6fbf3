use frameio::accounts::Account;
use frameio::{Endpoint, Page};

#[derive(Clone, Endpoint)]
#[endpoint(GET "/v4/accounts", id = "accounts.index", response = Page<Account>, quota = "100/min")]
struct ListAccounts {
    #[endpoint(page)]
    page_size: Option<u32>,
}

fn main() {}
