use frameio::Endpoint;

#[derive(Endpoint)]
#[endpoint(POST "/v4/polls", id = "polls.create", response = (), quota = "10/min")]
struct CreatePoll {
    #[endpoint(whole_body)]
    poll: Vec<String>,
    #[endpoint(whole_body)]
    settings: Vec<String>,
}

fn main() {}
