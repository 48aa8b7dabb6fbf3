use frameio::Endpoint;

#[derive(Endpoint)]
#[endpoint(POST "/v4/polls", id = "polls.create", response = (), quota = "10/min")]
struct CreatePoll {
    #[endpoint(body, unique)]
    name: String,
}

fn main() {}
