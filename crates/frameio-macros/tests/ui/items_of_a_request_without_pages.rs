use frameio::Client;
use frameio::accounts::ListAccounts;
use frameio::users::ShowCurrentUser;

fn list(client: &Client) {
    let _ = client.items(ListAccounts::new());
    let _ = client.items(ShowCurrentUser::new());
}

fn main() {}
