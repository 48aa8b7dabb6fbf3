use frameio::Endpoint;

#[derive(Clone, Endpoint)]
#[endpoint(GET "/v4/accounts", id = "accounts.index", response = (), quota = "100/min")]
struct ListAccounts {
    #[endpoint(page)]
    page_size: Option<u32>,
}

fn main() {}
