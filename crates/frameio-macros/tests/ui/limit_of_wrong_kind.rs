use frameio::Endpoint;

#[derive(Endpoint)]
#[endpoint(POST "/v4/polls", id = "polls.create", response = (), quota = "10/min")]
struct CreatePoll {
    #[endpoint(body, len = 1..=3)]
    answers: Vec<String>,
    #[endpoint(body, items = 1..=3)]
    days: u32,
}

fn main() {}
