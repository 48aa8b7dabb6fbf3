use frameio::Endpoint;

#[derive(Endpoint)]
#[endpoint(GET "/v4/me", id = "users.show", response = (), quota = "100/min")]
struct ShowMe(u32);

fn main() {}
