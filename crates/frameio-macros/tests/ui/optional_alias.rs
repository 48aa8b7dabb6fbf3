use frameio::Endpoint;

type MaybeText = Option<String>;

#[derive(Endpoint)]
#[endpoint(POST "/v4/polls", id = "polls.create", response = (), quota = "10/min")]
struct CreatePoll {
    #[endpoint(body)]
    name: MaybeText,
}

fn main() {}
