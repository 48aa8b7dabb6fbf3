use frameio::Endpoint;

#[derive(Endpoint)]
struct ShowMe {}

fn main() {}
