// Through the core: the compiler lists possible types, which change with the API.
extern crate frameio_core as frameio;

use frameio::Endpoint;

struct Poll;

#[derive(Endpoint)]
#[endpoint(GET "/v4/poll", id = "polls.show", response = Poll, quota = "10/min")]
struct ShowPoll {}

fn main() {}
