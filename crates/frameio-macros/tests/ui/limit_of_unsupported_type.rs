use frameio::Endpoint;

#[derive(Endpoint)]
#[endpoint(POST "/v4/polls", id = "polls.create", response = (), quota = "10/min")]
struct CreatePoll {
    #[endpoint(body, len = 1..=3)]
    open: bool,
}

fn main() {}
