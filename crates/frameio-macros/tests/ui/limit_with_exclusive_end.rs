use frameio::Endpoint;

#[derive(Endpoint)]
#[endpoint(POST "/v4/polls", id = "polls.create", response = (), quota = "10/min")]
struct CreatePoll {
    #[endpoint(body, range = 1..3)]
    days: u32,
}

fn main() {}
