use frameio::accounts::Account;
use frameio::{Cursor, Endpoint};

#[derive(Clone, Endpoint)]
#[endpoint(GET "/v4/accounts", id = "accounts.index", response = Account, quota = "100/min")]
struct ListAccounts {
    #[endpoint(page)]
    after: Option<Cursor>,
}

fn main() {}
