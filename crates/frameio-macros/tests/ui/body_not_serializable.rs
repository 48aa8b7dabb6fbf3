use frameio::Endpoint;

struct Choice;

#[derive(Endpoint)]
#[endpoint(POST "/v4/polls", id = "polls.create", response = (), quota = "10/min")]
struct CreatePoll {
    #[endpoint(body)]
    choice: Choice,
}

fn main() {}
