// Through the core: the compiler lists possible types, which change with the API.
extern crate frameio_core as frameio;

use frameio::Endpoint;

struct Choice;

#[derive(Endpoint)]
#[endpoint(GET "/v4/polls", id = "polls.index", response = (), quota = "10/min")]
struct ListPolls {
    #[endpoint(query)]
    choice: Option<Choice>,
}

fn main() {}
